import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct PipelineTests {
  @Test func resultsComeInOrder() async throws {
    let connection = try await connect()
    for isPrepared in [false, true, true] {
      let results = try await connection.pipeline(
        (0..<500).map { Statement("select $1::int", [$0], prepared: isPrepared) })
      #expect(try results.map { try $0.get().scalar(Int.self) } == Array(0..<500))
    }
    #expect(try await connection.query("select count(*) from pg_prepared_statements").scalar(Int.self) == 1)
    #expect(try await connection.pipeline([]).isEmpty)
  }

  @Test func anErrorUndoesItsPartOnly() async throws {
    let connection = try await connect()
    try await connection.execute("create temp table t (n int primary key)")
    func insert(_ number: Int, syncAfter: Bool = false) -> Statement {
      Statement("insert into t values ($1)", [number], prepared: true, syncAfter: syncAfter)
    }
    let results = try await connection.pipeline([
      insert(1), insert(2, syncAfter: true), insert(3), insert(1), insert(4, syncAfter: true), insert(5),
    ])
    let codes = results.map { result -> String? in
      guard case .failure(let error) = result else { return nil }
      return error.code?.rawValue
    }
    #expect(codes == [nil, nil, nil, "23505", "25P02", nil])
    #expect(
      try await connection.query("select array_agg(n order by n) from t").scalar([Int].self) == [1, 2, 5])
  }

  @Test func aStatementThatCannotBePreparedFailsByItself() async throws {
    let connection = try await connect()
    let results = try await connection.pipeline([
      Statement("select nonsense", prepared: true, syncAfter: true), Statement("select 1", prepared: true),
    ])
    #expect(throws: PostgresError.self) { try results[0].get() }
    if case .failure(let error) = results[0] { #expect(error.code == "42703") }
    #expect(try results[1].get().scalar(Int.self) == 1)
    let again = try await connection.pipeline([Statement("select nonsense", prepared: true)])
    if case .failure(let error) = again[0] { #expect(error.code == "42703") }
  }

  @Test func lostPreparedStatementsAreReported() async throws {
    let connection = try await connect()
    let statements = [Statement("select 1", prepared: true)]
    _ = try await connection.pipeline(statements)
    try await connection.execute("do $$ begin execute 'deallocate all'; end $$")
    let lost = try await connection.pipeline(statements)
    #expect(throws: PostgresError.self) { try lost[0].get() }
    let found = try await connection.pipeline(statements)
    #expect(try found[0].get().scalar(Int.self) == 1)
  }

  /// More in both directions than socket buffers hold: neither side may wait for the other.
  @Test func largePipelinesDoNotDeadlock() async throws {
    let connection = try await connect()
    let text = String(repeating: "x", count: 20_000)
    let results = try await connection.pipeline(
      (0..<1500).map { _ in Statement("select $1::text", [text], prepared: true) })
    #expect(try results.allSatisfy { try $0.get().scalar(String.self) == text })
  }

  @Test func aCancelledPipelineLeavesTheConnectionUsable() async throws {
    let connection = try await connect()
    let task = Task {
      try await connection.pipeline([
        Statement("select 1", syncAfter: true), Statement("select pg_sleep(600)", syncAfter: true),
        Statement("select 2"),
      ])
    }
    try await awaitBackend(connection.backendProcessID, waitingFor: "PgSleep")
    connection.cancel()
    let results = try await task.value
    #expect(try results[0].get().scalar(Int.self) == 1)
    guard case .failure(let error) = results[1] else {
      Issue.record("the sleep was not cancelled")
      return
    }
    #expect(error.kind == .cancelled)
    #expect(error.code == .queryCancelled)
    #expect(try await connection.query("select 3").scalar(Int.self) == 3)
  }

  @Test func copyHasNoPlaceInAPipeline() async throws {
    let connection = try await connect()
    let error = await postgresError {
      _ = try await connection.pipeline([Statement("copy pg_class to stdout"), Statement("select 1")])
    }
    #expect(error?.kind == .protocol)
    #expect(connection.isClosed)
  }

  @Test func parametersThatCannotBeSentAreRefusedBeforehand() async throws {
    let connection = try await connect()
    let error = await postgresError {
      _ = try await connection.pipeline([Statement("select 1"), Statement("select $1", ["\0"])])
    }
    #expect(error?.kind == .encoding)
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
  }
}
