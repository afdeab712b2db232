import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct TransactionTests {
  struct Refusal: Error {}

  @Test func errorsOfAnyKindRollBack() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int)")
      func insert(_ connection: isolated PostgresConnection) throws {
        try connection.query("insert into t values (1)")
      }
      #expect(throws: Refusal.self) {
        try connection.transaction { connection in
          try insert(connection)
          throw Refusal()
        }
      }
      #expect(throws: PostgresError.self) {
        try connection.transaction { connection in
          try insert(connection)
          try connection.execute("select 1/0")
        }
      }
      let isInTransaction = connection.isInTransaction
      #expect(!isInTransaction)
      #expect(try connection.query("select count(*) from t").scalar(Int.self) == 0)
      try connection.transaction("isolation level serializable") { connection in try insert(connection) }
      #expect(try connection.query("select count(*) from t").scalar(Int.self) == 1)
    }
  }

  @Test func aSwallowedErrorDoesNotPassForACommit() async throws {
    let connection = try await connect()
    let error = await postgresError {
      try await connection.run { connection in
        try connection.transaction { connection in _ = try? connection.query("select 1/0") }
      }
    }
    #expect(error?.code == .inFailedTransaction)
  }

  @Test func anErrorAtCommitIsThrown() async throws {
    let connection = try await connect()
    let error = await postgresError {
      try await connection.run { connection in
        try connection.execute("create temp table t (n int unique deferrable initially deferred)")
        try connection.transaction { connection in
          _ = try connection.query("insert into t values (1), (1)")
        }
      }
    }
    #expect(error?.code == .uniqueViolation)
    #expect(await connection.isInTransaction == false)
  }

  @Test func savepointsUndoWhatIsInThem() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int)")
      try connection.transaction { connection in
        try connection.query("insert into t values (1)")
        #expect(throws: PostgresError.self) {
          try connection.savepoint { connection in
            try connection.query("insert into t values (2)")
            try connection.savepoint { connection in _ = try connection.query("insert into t values (3)") }
            try connection.execute("select 1/0")
          }
        }
        try connection.query("insert into t values (4)")
      }
      #expect(try connection.query("select sum(n) from t").scalar(Int.self) == 5)
      #expect(throws: PostgresError.self) {
        try connection.transaction { connection in try connection.transaction { _ in } }
      }
    }
  }

  @Test func aCancelledTaskStillRollsBack() async throws {
    let connection = try await connect()
    let task = Task {
      try await connection.run { connection in
        try connection.transaction { connection in _ = try connection.query("select pg_sleep(600)") }
      }
    }
    try await awaitBackend(connection.backendProcessID, waitingFor: "PgSleep")
    task.cancel()
    let error = await postgresError { try await task.value }
    #expect(error?.kind == .cancelled)
    #expect(await connection.isInTransaction == false)
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
  }
}
