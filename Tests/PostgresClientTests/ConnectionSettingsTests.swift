import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConnectionSettingsTests {
  @Test func urlsAndKeywordListsRead() throws {
    let url = try ConnectionSettings("postgresql://ann:p%40ss@db.example:6543/shop?sslmode=require")
    #expect(
      url.parameters == [
        "user": "ann", "password": "p@ss", "host": "db.example", "port": "6543", "dbname": "shop",
        "sslmode": "require",
      ])
    let list = try ConnectionSettings("host=/run/pg dbname='my shop'")
    #expect(list.parameters == ["host": "/run/pg", "dbname": "my shop"])
    #expect(list.with("dbname", "x").parameters["dbname"] == "x")
  }

  @Test(arguments: [
    "postgres://ann:s3cret%zz@h/db", "postgres://ann:s3%zzcret@h/db", "postgres://ann:s3cret@x@h/db",
    "postgres://ann:x@s3cret@h/db", "postgres://ann:x/s3cret@h/db", "postgres://ann:s3cret/x@h/db",
    "postgres://ann:x:s3cret/db",
    "postgres://ann:s3cret", "postgres://[s3cret/db", "postgres://ann:pw@h:s3cret/db",
    "postgres://ann@h/db?password=a&s3cret", "postgres://ann@h/db?s3cret=1", "host=h password=x s3cret",
    "host=h password=x s3cret=1", "host=h password='s3cret", "s3cret", "mysql://ann:s3cret@h/db",
    "https://ann:s3cret@h/?a=b",
  ])
  func malformedTextIsRefusedAndNeverShown(text: String) throws {
    let error = try #require(throws: PostgresError.self) { try ConnectionSettings(text) }
    #expect(error.kind == .settings)
    #expect(error.hint != nil)
    #expect(!"\(error) \(String(reflecting: error))".contains("s3cret"), "\(error)")
  }

  @Test func secretsAreNeverDescribed() throws {
    let settings = try ConnectionSettings(
      "host=h user=ann password=s3cret sslpassword=s3cret dbname='my shop'")
    var dumped = ""
    dump(settings, to: &dumped)
    for text in [settings.description, settings.debugDescription, "\(settings)", dumped, "\([settings])"] {
      #expect(!text.contains("s3cret"))
      #expect(text.contains("user=ann"))
    }
    #expect(settings.description == "dbname='my shop' host=h password=*** sslpassword=*** user=ann")
  }

  @Test func theOptionGoesBeforeTheEnvironment() throws {
    let environment = ["DATABASE_URL": "postgres://h/from_url", "PGHOST": "h"]
    #expect(
      try ConnectionSettings.resolve(option: "dbname=opted", environment: environment)?.parameters["dbname"]
        == "opted")
    #expect(
      try ConnectionSettings.resolve(option: nil, environment: environment)?.parameters["dbname"]
        == "from_url")
    #expect(
      try ConnectionSettings.resolve(option: nil, environment: ["PGHOST": "h"])
        == ConnectionSettings(parameters: [:]))
    #expect(try ConnectionSettings.resolve(option: nil, environment: ["PGSERVICE": "shop"]) != nil)
    #expect(
      try ConnectionSettings.resolve(option: nil, environment: ["DATABASE_URL": "", "PGUSER": "ann"]) == nil)
    #expect(throws: PostgresError.self) {
      try ConnectionSettings.resolve(option: "", environment: environment)
    }
  }
}
