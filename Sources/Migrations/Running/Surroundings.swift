import PostgresClient

/// What there is to know of a server and a session before anything is done: one round trip, nothing written.
public struct Surroundings: Sendable, Hashable {
  public var database: String
  public var user: String
  /// As the server names its version.
  public var serverVersion: String
  public var serverVersionNumber: Int
  public var isStandby: Bool
  public var isReadOnly: Bool
  public var hasSingleByteText: Bool
  public var standardConformingStrings: Bool
  public var hasHistory: Bool
  public var hasSchema: Bool
  /// False when the history is there and this user may not write it.
  public var mayWriteHistory: Bool
  public var backendProcessID: Int32
  /// The role that a new session of this user acts as; `none` unless `alter role … set role` says otherwise.
  public var loginRole: String
  /// Whether the server can look, while it is at work, whether its client is still there: on Linux.
  public var canNoticeLostClients: Bool

  /// The oldest server that is supported.
  public static let oldestVersion = 150_000

  static func read(_ connection: isolated PostgresConnection) throws -> Surroundings {
    let rows = try connection.query(
      """
      select pg_catalog.current_database(), current_user, pg_catalog.current_setting('server_version'),
        pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')::boolean,
        pg_catalog.current_setting('server_encoding') = 'SQL_ASCII',
        pg_catalog.current_setting('standard_conforming_strings')::boolean,
        h.history is not null, pg_catalog.to_regnamespace('muster') is not null,
        coalesce(pg_catalog.has_table_privilege(h.history, 'select')
          and pg_catalog.has_table_privilege(h.history, 'insert'), true), pg_catalog.pg_backend_pid(),
        pg_catalog.current_setting('role'), pg_catalog.version() like '%linux%'
      from (values (pg_catalog.to_regclass('muster.migration'))) h (history)
      """)
    guard let row = rows.first else { throw PostgresError(.protocol, "no row from a select without a table") }
    return Surroundings(
      database: try row.decode(at: 0), user: try row.decode(at: 1), serverVersion: try row.decode(at: 2),
      serverVersionNumber: connection.serverVersion, isStandby: try row.decode(at: 3),
      isReadOnly: try row.decode(at: 4), hasSingleByteText: try row.decode(at: 5),
      standardConformingStrings: try row.decode(at: 6), hasHistory: try row.decode(at: 7),
      hasSchema: try row.decode(at: 8), mayWriteHistory: try row.decode(at: 9),
      backendProcessID: try row.decode(at: 10), loginRole: try row.decode(at: 11),
      canNoticeLostClients: try row.decode(at: 12))
  }

  /// Throws ``ServerError`` for a server that cannot be migrated, and where the tenant's schema is not there.
  static func require(scope: String, _ connection: isolated PostgresConnection) throws -> Surroundings {
    let surroundings = try read(connection)
    if let error = surroundings.unsupported { throw error }
    // What a tenant's files make without saying where would go nowhere.
    guard try scope.isEmpty || hasSchema(scope, connection) else {
      throw ServerError.schemaMissing(scope, database: surroundings.database)
    }
    return surroundings
  }

  private static func hasSchema(_ name: String, _ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query(
      "select pg_catalog.to_regnamespace(pg_catalog.quote_ident($1)) is not null", [name]
    ).scalar()
  }

  /// Why this server cannot be migrated at all, nil when it can.
  package var unsupported: ServerError? {
    serverVersionNumber < Self.oldestVersion ? .tooOld(version: serverVersion) : nil
  }

  /// Why nothing can be written through this session, nil when it can.
  var unwritable: ServerError? {
    if isStandby { return .standby(database: database) }
    if isReadOnly { return .readOnly(database: database) }
    return mayWriteHistory ? nil : .historyForbidden(user: user)
  }
}

/// A server or a session that cannot be migrated. Nothing has been written when it is thrown.
public enum ServerError: Error, Sendable, CustomStringConvertible {
  case tooOld(version: String)
  case standby(database: String)
  case readOnly(database: String)
  /// The schema of a tenant is not there.
  case schemaMissing(String, database: String)
  case historyForbidden(user: String)
  /// Schema or tables for the history cannot be created.
  case bookkeeping(PostgresError)
  /// The lock is not where it was taken: a pooler changes the server process, or a file released it.
  case lockLost
  /// A pooler between us and the server gives each transaction, or each statement, another server process.
  case sharedSession
  /// There is a pooler, and no second session to find out of what kind it is.
  case unknownPooler(PostgresError)
  /// An extension that a file requires is not to be had.
  case extensionMissing(name: String, reason: String, place: String, excerpt: String)

  public var description: String {
    switch self {
    case .tooOld(let version):
      "the server is PostgreSQL \(version); Muster needs 15 or later. Nothing was changed"
    case .standby(let database):
      "the server of \"\(database)\" is a standby and takes no writes; connect to the primary"
        + " (target_session_attrs=primary with all hosts listed finds it). Nothing was changed"
    case .readOnly(let database):
      "transactions in \"\(database)\" are read-only here (default_transaction_read_only is on for this server,"
        + " database or user); connect as a user who may write. Nothing was changed"
    case .schemaMissing(let schema, let database):
      "there is no schema \"\(schema)\" in \"\(database)\"; create it first. Nothing was changed"
    case .historyForbidden(let user):
      "\(user) may not read and write muster.migration, the history; migrate as its owner, or grant select, insert on"
        + " muster.migration and all on muster.migration_journal to \(user). Nothing was changed"
    case .bookkeeping(let error):
      "the history cannot be kept: \(error.summary)\nMigrate as the owner of the database, or have an administrator"
        + " grant create on the database to this user. Nothing was changed"
    case .lockLost:
      "this session no longer has the deployment lock that it took: the connection goes through a pooler that changes"
        + " the server process between transactions, or a migration released it (pg_advisory_unlock_all). Connect to the"
        + " server itself or to the pooler's session mode. Nothing was changed by this step"
    case .sharedSession:
      "the connection goes through a pooler that changes the server process from one transaction to the next (pgbouncer:"
        + " pool_mode = transaction or statement). Behind it no lock and no setting of a session holds, so nothing was"
        + " run and nothing was changed. Connect to the server itself, or to the pooler in session mode (pgbouncer:"
        + " pool_mode = session for this database; Supabase: port 5432 in place of 6543)"
    case .unknownPooler(let error):
      "the connection goes through a pooler, and of what kind could not be found out for want of a second connection:"
        + " \(error.summary)\nNothing was changed. Connect to the server itself, or run again when a connection is free"
    case .extensionMissing(let name, let reason, let place, let excerpt):
      "\(place): extension \"\(name)\" is required and \(reason)\n\(excerpt)\nThe file was rolled back; nothing of it remains"
    }
  }
}

extension PostgresError {
  /// SQLSTATE, message, detail and hint on lines of their own, without the statement.
  var summary: String {
    var lines = [(code.map { "\($0.rawValue): " } ?? "") + message]
    if let detail { lines.append("detail: \(detail)") }
    if let hint { lines.append("hint: \(hint)") }
    return lines.joined(separator: "\n")
  }
}
