import PostgresClient

/// The lock that lets one runner at a time into a database: an advisory lock of the session, tried again and again and
/// never waited in, because a waiting statement holds a snapshot that CREATE INDEX CONCURRENTLY would wait for.
///
/// It goes with the session, so a runner that is killed leaves nothing behind.
struct DeploymentLock: Sendable {
  /// "muster" in ASCII and 1 for the database; what FNV-1a makes of that and the name for a tenant's schema.
  let key: Int64

  init(scope: String) {
    let database: UInt64 = 0x6D75_7374_6572_0001
    key = Int64(bitPattern: scope.utf8.reduce(database) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
  }

  static let firstPause = Duration.milliseconds(50)
  static let longestPause = Duration.seconds(2)

  func tryAcquire(_ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query("select \(acquisition)").scalar()
  }

  /// Whether the session that answers is the one that took the lock, and has it.
  func isHeld(by backend: Int32, _ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query("select pg_catalog.pg_backend_pid() = \(backend) and exists (\(grant))").scalar()
  }

  /// An expression that takes the lock for the session, or does so once more. Behind the gate it cannot fail, so that a
  /// file which released the lock, with pg_advisory_unlock_all() for one, has not lost it for the next.
  var acquisition: String { "pg_catalog.pg_try_advisory_lock(\(key))" }

  private var grant: String {
    """
    select from pg_catalog.pg_locks l
    where l.locktype = 'advisory' and l.pid = pg_catalog.pg_backend_pid() and l.granted and l.objsubid = 1
      and l.classid::bigint = \(UInt64(bitPattern: key) >> 32) and l.objid::bigint = \(key & 0xFFFF_FFFF)
    """
  }

  /// An expression that fails, and with it the transaction, unless this transaction holds the lock as well. It does at
  /// once where the session has it; where a pooler has changed the session it either keeps others out or fails.
  func gate(backend: Int32) -> String {
    "1 / (pg_catalog.pg_backend_pid() = \(backend) and pg_catalog.pg_try_advisory_xact_lock(\(key)))::integer"
  }

  /// Releases it however often it was taken, and whatever else a file has locked in that way. Returns false when the lock
  /// was not there any more.
  func release(_ connection: isolated PostgresConnection) throws -> Bool {
    let rows = try connection.query(
      "select pg_catalog.pg_advisory_unlock(\(key)), pg_catalog.pg_advisory_unlock_all()")
    return try rows[0].decode(at: 0)
  }

  func holder(_ connection: isolated PostgresConnection) throws -> Blocker? {
    try Blocker.read(
      """
      select a.pid from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
        and l.classid::bigint = \(UInt64(bitPattern: key) >> 32) and l.objid::bigint = \(key & 0xFFFF_FFFF)
      """, connection
    ).first
  }
}

/// The lock was not to be had in the time given.
public struct LockError: Error, Sendable, CustomStringConvertible {
  public let waited: Duration
  public let holder: Blocker?

  public var description: String {
    let who = holder.map { "it is held by \($0)" } ?? "its holder cannot be seen by this user"
    return
      "another muster migrate is at work in this database and did not finish within \(waited.brief): \(who)."
      + " Nothing was changed; run again when it is done, or give it longer with --lock-wait"
  }
}
