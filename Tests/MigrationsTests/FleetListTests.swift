import Migrations
import PostgresClient
import Testing

@Suite("Lists of targets")
struct FleetListTests {
  private static let base = ConnectionSettings(parameters: ["host": "db.example", "dbname": "shop"])

  @Test("reads URLs, pairs, names of databases, and schemas behind each of them or alone")
  func forms() throws {
    let text = """
      # the tenants
      postgresql://ann:s3cret@db1.example:5433/one
        postgresql://ann:s3cret@db1.example:5433/one schema=north

      host=/run/pg dbname='two parts' schema='South Side' user=ann
      service=third\tpassword=s3cret
      four
      four schema=east
      schema=west
      """
    let targets = try FleetList(text: text, file: "targets", base: Self.base).targets
    #expect(
      targets.map(\.name) == [
        "db1.example:5433/one", "db1.example:5433/one schema=north", "/run/pg/two parts schema=South Side",
        "service=third/", "db.example/four", "db.example/four schema=east", "db.example/shop schema=west",
      ])
    #expect(targets[2].settings.parameters == ["host": "/run/pg", "dbname": "two parts", "user": "ann"])
    #expect(!"\(targets)".contains("s3cret"))
  }

  @Test("looks into a database's name that is a connection string itself")
  func nested() throws {
    let list = try FleetList(
      text: "dbname='postgresql://ann:s3cret@h/inner'\ndbname='host=h password=s3cret'", file: "f", base: nil)
    #expect(list.targets.map(\.name) == ["h/inner", "h/"])
  }

  @Test(
    "refuses what is no list, with the line and without its text",
    arguments: [
      ("", "f: names no target"), ("one\none", "f:2: this is the same target as line 1: db.example/one"),
      ("one\n\npostgresql://ann:s3cret@x@h/db", "f:3: the URL's host is malformed"),
      ("one two", "f:1: only schema=… can follow"),
      ("one schema=a user=s3cret", "f:1: only schema=… can follow"),
      ("host=h password='s3cret", "f:1: the connection string is malformed"),
    ])
  func faults(text: String, message: String) throws {
    let error = try #require(throws: FleetError.self) {
      try FleetList(text: text, file: "f", base: Self.base)
    }
    #expect(error.description.hasPrefix(message), "\(error)")
    #expect(!error.description.contains("s3cret"))
  }

  @Test("asks for a server where a name alone cannot find one")
  func serverless() throws {
    let error = try #require(throws: FleetError.self) { try FleetList(text: "one", file: "f", base: nil) }
    #expect(error.line == 1 && error.message.contains("--database-url"))
  }

  @Test("takes databases, URLs and schemas from the rows of a query")
  func rows() throws {
    func names(_ columns: [String], _ rows: [[String?]]) throws -> [String] {
      try FleetList(columns: columns, rows: rows, base: Self.base).targets.map(\.name)
    }
    #expect(
      try names(["datname"], [["one"], ["postgresql://h/two"]]) == ["db.example/one", "h/two"])
    #expect(try names(["schema"], [["a b"]]) == ["db.example/shop schema=a b"])
    #expect(
      try names(["url", "schema"], [["one", nil], [nil, "x"]]) == [
        "db.example/one", "db.example/shop schema=x",
      ])
    #expect(throws: FleetError.self) { try names(["datname"], []) }
    #expect(throws: FleetError.self) { try names(["datname"], [[nil]]) }
  }

  @Test("gives a tenant's schema a history, and a search path that survives every reset")
  func scope() {
    let target = FleetTarget(
      Self.base.with("options", "-c statement_timeout=1s"), schema: #"a "b\ c"#)
    let migrator = target.migrator(directory: "m", options: .init())
    #expect(migrator.options.scope == #"a "b\ c"#)
    #expect(
      migrator.settings.parameters["options"]
        == #"-c statement_timeout=1s -c search_path="a\ ""b\\\ c""#)
  }
}
