import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct QueryTests {
  @Test func rowsKnowTheirColumnsAndTag() async throws {
    let connection = try await connect()
    let rows = try await connection.query(
      "select 1 as one, null as \"Nothing\", 'x'::varchar(7) as v union all select 2, 'a', 'b'")
    #expect(rows.columns.map(\.name) == ["one", "Nothing", "v"])
    #expect(rows.columns.map(\.typeOID) == [23, 25, 1043])
    #expect(rows.count == 2)
    #expect(rows.affected == 2)
    #expect(rows.tag.command == "SELECT")
    #expect(rows[0]["one"] == "1")
    #expect(rows[0]["Nothing"] == nil)
    #expect(rows.map(\.cells) == [["1", nil, "x"], ["2", "a", "b"]])
    #expect(try rows[1].decode(Int.self, named: "one") == 2)
  }

  @Test func decodingErrorsNameTheColumnNotTheValue() async throws {
    let connection = try await connect()
    let row = try await connection.query("select 's3cret' as word, null::int as hole")[0]
    let word = #expect(throws: PostgresError.self) { try row.decode(Int.self, named: "word") }
    #expect(word?.kind == .decoding)
    #expect(word?.message.contains("\"word\"") == true)
    #expect(word?.description.contains("s3cret") == false)
    #expect(throws: PostgresError.self) { try row.decode(Int.self, named: "hole") }
    #expect(try row.decode(Int?.self, named: "hole") == nil)
    let absent = #expect(throws: PostgresError.self) { try row.decode(Int.self, named: "absent") }
    #expect(absent?.message == "there is no column \"absent\"; the result has: word, hole")
    #expect(throws: PostgresError.self) { try row.decode(Int.self, at: 2) }
  }

  @Test func scriptsGiveATagAStatement() async throws {
    let connection = try await connect()
    let tags = try await connection.execute(
      "create temp table t (n int); insert into t select generate_series(1, 5); ; delete from t where n > 3;")
    #expect(tags.map(\.text) == ["CREATE TABLE", "INSERT 0 5", "DELETE 2"])
    #expect(tags.map(\.rows) == [0, 5, 2])
    #expect(try await connection.execute("") == [])
    #expect(try await connection.query("").isEmpty)
  }

  @Test func aScriptStopsAtItsFirstError() async throws {
    let connection = try await connect()
    try await connection.execute("create temp table t (n int)")
    let error = await postgresError {
      try await connection.execute("insert into t values (1); select 1/0; insert into t values (2)")
    }
    #expect(error?.code == "22012")
    #expect(try await connection.query("select count(*) from t").scalar(Int.self) == 0)
  }

  @Test func zeroBytesAreRefusedNotCutOff() async throws {
    let connection = try await connect()
    let error = await postgresError { try await connection.query("select $1::text", ["a\0b"]) }
    #expect(error?.kind == .encoding)
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
  }

  @Test func copyByTheWrongMethodIsAnErrorNotAHang() async throws {
    let connection = try await connect()
    try await connection.execute("create temp table t (n int)")
    for script in ["copy t from stdin", "copy t from stdin; select 1"] {
      let error = await postgresError { try await connection.execute(script) }
      #expect(error?.message.contains("copyIn") == true)
    }
    #expect(try await connection.execute("copy t to stdout").map(\.command) == ["COPY"])
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
  }

  @Test func preparedStatementsOutliveWhatInvalidatesThem() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      func one(_ connection: isolated PostgresConnection) throws -> Int {
        try connection.query("select $1::int + 0", [1], prepared: true).scalar()
      }
      let prepared = "select count(*) from pg_prepared_statements"
      #expect(try one(connection) == 1)
      #expect(try one(connection) == 1)
      #expect(try connection.query(prepared).scalar(Int.self) == 1)
      try connection.execute("discard all")
      #expect(try one(connection) == 1)
      try connection.execute("do $$ begin execute 'deallocate all'; end $$")
      #expect(try one(connection) == 1)
      try connection.execute("create temp table t as select 1 as a")
      #expect(try connection.query("select * from t", prepared: true).columns.count == 1)
      try connection.execute("alter table t add b int")
      #expect(try connection.query("select * from t", prepared: true).columns.count == 2)
    }
  }

  @Test func preparedStatementsAreLimited() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      for n in 0..<300 { _ = try connection.query("select \(n)", prepared: true) }
      #expect(try connection.query("select count(*) from pg_prepared_statements").scalar(Int.self) <= 256)
      #expect(try connection.query("select 0", prepared: true).scalar(Int.self) == 0)
    }
  }

  @Test func noticesAreHeard() async throws {
    let connection = try await connect()
    let (notices, feed) = AsyncStream.makeStream(of: PostgresNotice.self)
    await connection.onNotice { feed.yield($0) }
    try await connection.execute("do $$ begin raise warning 'careful' using hint = 'look'; end $$")
    feed.finish()
    let heard = await notices.reduce(into: []) { $0.append($1) }
    #expect(heard.map(\.description) == ["WARNING: careful\nhint: look"])
  }
}
