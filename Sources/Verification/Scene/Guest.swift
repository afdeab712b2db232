import PostgresClient

/// A stage in somebody else's transaction: what was done in it so far is there to be looked at, and it goes on as if nothing had
/// been played.
///
/// Everything happens behind a savepoint. To roll back to it gives back the locks, too, that were taken behind it.
struct Guest: Sendable {
  /// Rows whose transaction is no older than this one were made on this stage: a SQL expression.
  let sceneBegins: SQL

  /// How long a guest waits for a lock, and for a statement, in milliseconds.
  static let lockTimeout = 2_000
  static let statementTimeout = 60_000

  /// Plays in the transaction at hand.
  ///
  /// - Throws: ``Interruption`` where the transaction cannot go on, or not now.
  static func play(
    on connection: isolated PostgresConnection, cast: PersonaFactory, _ play: (Stage) throws -> String
  ) throws -> (outcome: Outcome, cells: Int) {
    do {
      try connection.execute("savepoint muster_guest; \(settings)")
      let guest = Guest(sceneBegins: try newest(connection))
      // A savepoint of its own, whose id is newer than that.
      try connection.execute("savepoint muster_scene")
      let stage = Stage(connection: connection, cast: cast, guest: guest)
      let outcome = try stage.outcome(of: play)
      try connection.execute("rollback to savepoint muster_guest; release savepoint muster_guest")
      return (outcome, stage.cells)
    } catch let error as PostgresError {
      throw Interruption(error: error)
    }
  }

  /// Whatever the host has set ends at the savepoint, and comes back with it.
  private static let settings = """
    set local session authorization default;
    set local role none;
    reset all;
    set local statement_timeout = \(statementTimeout);
    set local lock_timeout = \(lockTimeout);
    set local time zone 'UTC';
    set local client_min_messages = 'error'
    """

  /// The first transaction id that nothing has used, the subtransactions of the host included: one that was rolled back moves the
  /// snapshot's end behind them. A large object is what anybody may make.
  private static func newest(_ connection: isolated PostgresConnection) throws -> SQL {
    try connection.execute(
      """
      savepoint muster_mark;
      select pg_catalog.lo_create(0);
      rollback to savepoint muster_mark; release savepoint muster_mark
      """)
    let next = try connection.query(
      "select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::xid::text")
    return "pg_catalog.age(\(next.first?[0])::xid)"
  }
}

/// The transaction that a guest is in cannot go on, or got no lock in time. It says nothing about what was being tested.
public struct Interruption: Error, Sendable, CustomStringConvertible {
  public var error: PostgresError

  public var description: String { error.description }
}

extension PostgresError {
  /// Whether it is for the host of a transaction to say what follows from this: the connection broke, somebody cancelled, or somebody
  /// else holds a lock.
  var isOfTheHost: Bool {
    guard kind == .server else { return true }
    return code == .lockNotAvailable || code?.category == "40"
  }
}
