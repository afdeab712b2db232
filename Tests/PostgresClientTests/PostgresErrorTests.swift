import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct PostgresErrorTests {
  @Test func theDescriptionPointsAtThePlace() async throws {
    let connection = try await connect()
    let error = try #require(
      await postgresError { try await connection.query("select 1,\n  nonsense\nfrom pg_class") })
    #expect(
      error.description == """
        ERROR 42703: column "nonsense" does not exist
        line 2:   nonsense
                  ^
        """)
    #expect(error.kind == .server)
    #expect(error.position == 13)
  }

  @Test func everyFieldArrives() async throws {
    let connection = try await connect()
    let error = try await connection.run { connection in
      try connection.execute("create temp table t (id int constraint one_only unique)")
      try connection.query("insert into t values (1)")
      return #expect(throws: PostgresError.self) { try connection.query("insert into t values ($1)", [1]) }
    }
    #expect(error?.code == .uniqueViolation)
    #expect(error?.severity == "ERROR")
    #expect(error?.constraint == "one_only")
    #expect(error?.table == "t")
    #expect(error?.schema?.hasPrefix("pg_temp") == true)
    #expect(error?.detail == "Key (id)=(1) already exists.")
    #expect(error?.sourceFunction == "_bt_check_unique")
    #expect(error?.sql == "insert into t values ($1)")
  }

  @Test func raisedFieldsArrive() async throws {
    let connection = try await connect()
    let error = try #require(
      await postgresError {
        try await connection.execute(
          """
          do $$ begin
            raise exception 'no' using errcode = 'MU001', detail = 'd', hint = 'h', column = 'c', datatype = 't';
          end $$
          """)
      })
    #expect(error.code == "MU001")
    #expect(
      [error.message, error.detail, error.hint, error.column, error.dataType] == ["no", "d", "h", "c", "t"])
    #expect(error.context?.contains("inline_code_block") == true)
  }

  @Test func positionsInsideFunctionsArrive() async throws {
    let connection = try await connect()
    let error = try #require(
      await postgresError { try await connection.execute("do $$ begin perform nonsense; end $$") })
    #expect(error.internalQuery == "SELECT nonsense")
    #expect(error.internalPosition == 8)
    #expect(error.position == nil)
  }

  @Test func valuesAreNotInErrors() async throws {
    let connection = try await connect()
    let error = try #require(
      await postgresError { try await connection.query("select $1::text from nowhere", ["s3cret"]) })
    #expect(!"\(error)\(String(reflecting: error))".contains("s3cret"))
  }
}
