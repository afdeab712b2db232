import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConnectionPoolTests {
  @Test func connectionsAreSharedAndLimited() async throws {
    let pool = ConnectionPool(try await serverSettings(), size: 3)
    let backends = try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<40 {
        group.addTask {
          try await pool.withConnection { connection in
            _ = try await connection.query("select pg_sleep(0.001)")
            return connection.backendProcessID
          }
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(1...3 ~= backends.count)
    await pool.close()
    #expect(await postgresError { try await pool.withConnection { _ in } }?.kind == .closed)
  }

  @Test func brokenConnectionsAreReplaced() async throws {
    let pool = ConnectionPool(try await serverSettings(), size: 1)
    let first = try await pool.withConnection { $0.backendProcessID }
    try await terminateBackend(first)
    let second = try await pool.withConnection { connection in
      try await connection.query("select pg_backend_pid()").scalar(Int32.self)
    }
    #expect(second != first)
    let error = await postgresError {
      try await pool.withConnection { connection in
        _ = try await connection.query("select pg_terminate_backend(pg_backend_pid())")
      }
    }
    #expect(error?.kind == .connection)
    #expect(try await pool.withConnection { try await $0.query("select 1").scalar(Int.self) } == 1)
  }

  @Test func openTransactionsAreRolledBack() async throws {
    let pool = ConnectionPool(try await serverSettings(), size: 1)
    let table = try await pool.withConnection { connection in
      let table = "left_open_\(connection.backendProcessID)"
      _ = try await connection.execute("begin; create table \(table) ()")
      return table
    }
    let isThere = try await pool.withConnection { connection in
      try await connection.query("select to_regclass($1) is not null", [table]).scalar(Bool.self)
    }
    #expect(!isThere)
  }

  @Test func failedConnectionsGiveTheirPlaceBack() async throws {
    let pool = ConnectionPool(try await serverSettings().with("dbname", "no_such_database"), size: 1)
    try await withThrowingTaskGroup(of: PostgresError?.self) { group in
      for _ in 0..<5 { group.addTask { await postgresError { try await pool.withConnection { _ in } } } }
      for try await error in group { #expect(error?.kind == .connection) }
    }
  }

  @Test func waitingCanBeCancelled() async throws {
    let pool = ConnectionPool(try await serverSettings(), size: 1)
    try await pool.withConnection { _ in
      let waiting = Task { await postgresError { try await pool.withConnection { _ in } } }
      waiting.cancel()
      #expect(await waiting.value?.kind == .cancelled)
    }
    try await pool.withConnection { connection in _ = try await connection.query("select 1") }
  }
}
