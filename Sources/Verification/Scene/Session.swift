import PostgresClient

/// A connection of its own for what takes two: each speaks when it is told to, and commits.
///
/// Its statements are kept for the script of a finding, with the session's name before each.
struct Session: Sendable {
  var name: String
  var connection: PostgresConnection

  static func open(_ name: String, in context: CheckContext) async throws -> Session {
    let session = Session(name: name, connection: try await context.connect())
    try await session.execute("set statement_timeout = '20s'; set lock_timeout = '15s'")
    return session
  }

  func execute(_ sql: SQL) async throws {
    try await connection.run { _ = try $0.execute(sql.text) }
  }

  func value(_ sql: SQL) async throws -> String? {
    try await connection.run { try $0.query(sql.text).first?[0] }
  }

  /// Begins a transaction, as somebody where one is named, and leaves it open.
  func begin(as persona: Persona? = nil, _ sql: SQL) async throws {
    try await execute("begin; \(persona.map(Stage.entrance) ?? "select 1"); \(sql)")
  }

  /// A whole transaction.
  func perform(as persona: Persona? = nil, _ sql: SQL) async throws {
    try await begin(as: persona, sql)
    try await execute("commit")
  }

  /// Starts a whole transaction, and returns once it is done or waits for a lock that the other one holds.
  func start(
    as persona: Persona? = nil, _ sql: SQL, beside other: Session, watchedBy watcher: Session
  ) async throws -> Started {
    let task = Task { try await perform(as: persona, sql) }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(10)
    while clock.now < deadline {
      let lock = try await watcher.value(
        """
        select concat_ws(' ', locktype, mode, relation::regclass) from pg_locks
        where pid = \(connection.backendProcessID) and not granted
          and \(other.connection.backendProcessID) = any (pg_blocking_pids(pid))
        """)
      if let lock { return Started(task: task, lock: lock) }
      let idle = try await watcher.value(
        """
        select state = 'idle' and query = 'commit' from pg_stat_activity where pid = \(connection.backendProcessID)
        """)
      if idle == "t" { break }
      try await clock.sleep(for: .milliseconds(2))
    }
    return Started(task: task)
  }

  struct Started: Sendable {
    var task: Task<Void, any Error>
    /// What it waits for, and so is not done; nil where it waits for nothing.
    var lock: String?
  }

  func close() async { await connection.close() }
}
