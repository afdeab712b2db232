import Glibc
import PostgresClient
import TemporaryCluster
import Testing

@Suite(.timeLimit(.minutes(10))) struct BrokenConnectionTests {
  private func expectClosed(
    _ connection: PostgresConnection, after error: PostgresError?,
    _ location: SourceLocation = #_sourceLocation
  ) async {
    #expect(error?.kind == .connection, "\(error?.description ?? "no error")", sourceLocation: location)
    #expect(connection.isClosed, sourceLocation: location)
    let later = await postgresError { try await connection.query("select 1") }
    #expect(later?.kind == .closed, sourceLocation: location)
    #expect(later?.detail == error?.message, sourceLocation: location)
  }

  @Test func terminatedDuringAQuery() async throws {
    let connection = try await connect()
    let task = Task { try await connection.query("select pg_sleep(600)") }
    try await awaitBackend(connection.backendProcessID, waitingFor: "PgSleep")
    try await terminateBackend(connection.backendProcessID)
    let error = await postgresError { _ = try await task.value }
    #expect(error?.code == .adminShutdown)
    await expectClosed(connection, after: error)
  }

  @Test func terminatedDuringAScriptAndATransaction() async throws {
    let connection = try await connect()
    let error = await postgresError {
      try await connection.run { connection in
        try connection.transaction { connection in
          _ = try connection.execute("select 1; select pg_terminate_backend(pg_backend_pid()); select 2")
        }
      }
    }
    await expectClosed(connection, after: error)
  }

  @Test func terminatedDuringAPipeline() async throws {
    let connection = try await connect()
    let statements =
      [Statement("select pg_sleep(600)", prepared: true, syncAfter: true)]
      + (0..<1000).map { Statement("select $1::int", [$0], prepared: true, syncAfter: true) }
    let task = Task { try await connection.pipeline(statements) }
    try await awaitBackend(connection.backendProcessID, waitingFor: "PgSleep")
    try await terminateBackend(connection.backendProcessID)
    let error = await postgresError { _ = try await task.value }
    #expect(error?.code == .adminShutdown, "\(String(describing: error))")
    await expectClosed(connection, after: error)
  }

  @Test func terminatedDuringCopyIn() async throws {
    let connection = try await connect()
    try await connection.execute("create temp table t (n int)")
    let processID = connection.backendProcessID
    let task = Task {
      try await connection.run { connection in
        try connection.copyIn("copy t from stdin") { writer in
          while true { try writer.write("1\n2\n3\n") }
        }
      }
    }
    try await terminateBackend(processID)
    let error = await postgresError { _ = try await task.value }
    await expectClosed(connection, after: error)
  }

  @Test func terminatedDuringCopyOut() async throws {
    let connection = try await connect()
    let processID = connection.backendProcessID
    let task = Task {
      try await connection.run { connection in
        try connection.copyOut("copy (select pg_sleep(600)) to stdout") { _ in }
      }
    }
    try await awaitBackend(processID, waitingFor: "PgSleep")
    try await terminateBackend(processID)
    await expectClosed(connection, after: await postgresError { _ = try await task.value })
  }

  @Test func terminatedWhileIdleIsNoticed() async throws {
    let connection = try await connect()
    try await terminateBackend(connection.backendProcessID)
    for await _ in connection.notifications {}
    #expect(connection.isClosed)
    let error = await postgresError { try await connection.query("select 1") }
    #expect(error?.kind == .closed)
    #expect(error?.detail?.contains("terminating connection") == true, "\(error?.description ?? "")")
  }

  @Test func aServerThatRestartsOrCrashes() async throws {
    let cluster = try await TemporaryCluster.start()
    for crash in [false, true] {
      let idle = try await PostgresConnection.connect(cluster.settings)
      let busy = try await PostgresConnection.connect(cluster.settings)
      let pool = ConnectionPool(cluster.settings, size: 2)
      try await pool.withConnection { connection in _ = try await connection.query("select 1") }
      let task = Task { try await busy.query("select pg_sleep(600)") }
      if crash { try await cluster.crash() } else { try await cluster.restart() }
      await expectClosed(busy, after: await postgresError { _ = try await task.value })
      for await _ in idle.notifications {}
      #expect(await postgresError { try await idle.query("select 1") }?.kind == .closed)
      let one = try await pool.withConnection { connection in
        try await connection.query("select 1").scalar(Int.self)
      }
      #expect(one == 1)
      await pool.close()
    }
    await cluster.stop()
  }

  /// A backend that does not even answer a cancellation: the wait ends all the same.
  @Test func aServerThatHangs() async throws {
    let connection = try await connect()
    let processID = connection.backendProcessID
    let task = Task { try await connection.query("select pg_sleep(600)", timeout: .seconds(5)) }
    try await awaitBackend(processID, waitingFor: "PgSleep")
    try #require(kill(processID, SIGSTOP) == 0)
    defer { kill(processID, SIGCONT) }
    let error = await postgresError { _ = try await task.value }
    #expect(error?.kind == .timeout)
    #expect(connection.isClosed)
  }

  @Test func closingTwiceIsFine() async throws {
    let connection = try await connect()
    await connection.close()
    await connection.close()
    #expect(await postgresError { try await connection.query("select 1") }?.kind == .closed)
    #expect(
      await postgresError { _ = try await connection.pipeline([Statement("select 1")]) }?.kind == .closed)
    #expect(
      await postgresError {
        try await connection.run { connection in
          _ = try connection.copyOut("copy pg_class to stdout") { _ in }
        }
      }?.kind == .closed)
    connection.cancel()
  }
}
