import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct InterruptionTests {
  @Test func cancelInterruptsTheStatement() async throws {
    let connection = try await connect()
    let task = Task { try await connection.query("select pg_sleep(600)") }
    try await awaitBackend(connection.backendProcessID, waitingFor: "PgSleep")
    connection.cancel()
    let error = await postgresError { _ = try await task.value }
    #expect(error?.kind == .cancelled)
    #expect(error?.sql == "select pg_sleep(600)")
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
  }

  @Test func cancellingTheTaskInterruptsTheStatement() async throws {
    let connection = try await connect()
    let task = Task {
      try await connection.run { connection in try connection.query("select pg_sleep(600)") }
    }
    try await awaitBackend(connection.backendProcessID, waitingFor: "PgSleep")
    task.cancel()
    let error = await postgresError { _ = try await task.value }
    #expect(error?.kind == .cancelled)
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    let connection = try await connect()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await connection.query("select 1")
    }
    let error = await postgresError { _ = try await task.value }
    #expect(error?.kind == .cancelled)
    #expect(!connection.isClosed)
  }

  @Test func cancelWithoutAStatementHitsNoLaterOne() async throws {
    let connection = try await connect()
    for _ in 0..<20 {
      connection.cancel()
      #expect(try await connection.query("select 1").scalar(Int.self) == 1)
    }
  }

  @Test func aCancellationNeverHitsTheNextStatement() async throws {
    let connection = try await connect()
    for _ in 0..<20 {
      _ = await postgresError {
        try await connection.query("select pg_sleep(600)", timeout: .milliseconds(1))
      }
      #expect(try await connection.query("select pg_sleep(0.001) is null").scalar(Bool.self) == false)
    }
  }

  @Test func statementsHaveDeadlines() async throws {
    let connection = try await connect()
    let error = await postgresError {
      try await connection.query("select pg_sleep(600)", timeout: .milliseconds(20))
    }
    #expect(error?.kind == .timeout)
    #expect(error?.message == "no result within 0.02 seconds; the statement was cancelled")
    await connection.setDefaultTimeout(.milliseconds(20))
    #expect(await postgresError { try await connection.execute("select pg_sleep(600)") }?.kind == .timeout)
    let pipeline = try await connection.pipeline([Statement("select pg_sleep(600)")])
    if case .failure(let error) = pipeline[0] { #expect(error.kind == .timeout) }
    #expect(try await connection.query("select pg_sleep(0.1) is null", timeout: .seconds(60)).count == 1)
  }

  @Test func theServersOwnTimeoutsAreItsErrors() async throws {
    let connection = try await connect()
    let error = await postgresError {
      try await connection.execute("set statement_timeout = 5; select pg_sleep(600)")
    }
    #expect(error?.kind == .server)
    #expect(error?.code == .queryCancelled)
  }
}
