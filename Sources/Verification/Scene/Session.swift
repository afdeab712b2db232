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

  /// Starts a whole transaction, and returns once it is done or waits for a lock of somebody else's.
  func start(as persona: Persona? = nil, _ sql: SQL, watchedBy watcher: Session) async throws -> Started {
    let task = Task { try await perform(as: persona, sql) }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(10)
    while clock.now < deadline {
      let waits = try await watcher.value(
        "select cardinality(pg_blocking_pids(\(connection.backendProcessID))) > 0")
      if waits == "t" { return Started(task: task, waits: true) }
      let idle = try await watcher.value(
        """
        select state = 'idle' and query = 'commit' from pg_stat_activity where pid = \(connection.backendProcessID)
        """)
      if idle == "t" { break }
      try await clock.sleep(for: .milliseconds(2))
    }
    return Started(task: task, waits: false)
  }

  struct Started: Sendable {
    var task: Task<Void, any Error>
    /// Whether it waits for somebody, and so is not done.
    var waits: Bool
  }

  func close() async { await connection.close() }
}
