import Migrations
import PostgresClient
import SQLText
import TestSupport
import Testing

/// Files that include others and use variables, on a real server.
@Suite struct PsqlScriptTests {
  private static func giving(_ variables: [String: String]) -> (inout Migrator.Options) -> Void {
    { $0.context = .files(variables: variables) }
  }

  @Test func `included files and variables run, and the history keeps the text and no value`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "\\set table things\n\\ir parts/table.psql\ninsert into :table values (0, :'GIVEN');\n",
      "parts/table.psql": "create table :table (a int, b text);\ncopy :table from stdin;\n1\t:'GIVEN'\n\\.\n",
    ])
    let first = scratch.migrator(folder, Self.giving(["GIVEN": "it's\\ hidden"]))
    #expect(try await first.migrate().applied.count == 1)
    let rows = try await scratch.value("select string_agg(b, '|' order by a) from things")
    #expect(rows == "it's\\ hidden|:'GIVEN'")
    let kept = try #require(try await scratch.value("select sql from muster.migration"))
    #expect(kept.hasPrefix("\\set table things\ncreate table :table (a int, b text);\ncopy"))
    #expect(kept.hasSuffix("insert into :table values (0, :'GIVEN');\n"))
    #expect(!kept.contains("hidden"))
    let again = scratch.migrator(folder, Self.giving(["GIVEN": "another"]))
    #expect(try await again.migrate().applied.isEmpty)
    try folder.write("parts/table.psql", "create table :table (a int, c text);\n")
    #expect(try await again.failure().exitCode == 4)
  }

  @Test(
    arguments: [
      ("select '数', :'GIVEN', nope;", "3:23", "42703"),
      ("select :two, 1;\nselect é from :\"GIVEN\";", "4:15", "42P01"),
      ("create table t (a int, b text); copy t from stdin; select 1;\n1\té\n数\tb\n\\.\n", "5:1", "22P02"),
      ("do $$\nbegin\n  raise exception 'é';\nend $$;", "5:3", "P0001"),
      ("select (1;", "3:8", nil), ("select 1 :GIVEN x;", "3:10", "42601"),
    ] as [(String, String, String?)])
  func `an error is shown in the included file`(sql: String, place: String, code: String?) async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "-- é\n\\set two '1, ''数'''\n  \\ir inner.psql\nselect 1;",
      "inner.psql": "\u{FEFF}-- ü\r\n\n" + sql,
    ])
    let error = try await scratch.migrator(folder, Self.giving(["GIVEN": "hidden 数"])).failure()
    #expect(error.place?.path == "\(folder.path)/inner.psql", "\(error)")
    #expect(error.place?.position?.description == place, "\(error)")
    #expect(error.sqlState == code)
    #expect(error.description.contains("\nincluded by \(folder.path)/1_a.sql:3:7"))
    #expect(!error.description.contains("hidden"))
  }

  @Test func `what the server says has no given value`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "select 1;\nselect :'GIVEN'::int;\n"])
    let error = try await scratch.migrator(folder, Self.giving(["GIVEN": "top-secret"])).failure()
    #expect(error.place?.position?.description == "2:8")
    #expect(error.description.contains("invalid input syntax for type integer: \":GIVEN\""))
    #expect(!error.description.contains("top-secret"))
  }

  @Test func `a stepwise file is taken up again with other values`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql":
        "-- muster: no-transaction\ncreate table t as select :'GIVEN' as a;\nselect 1 / (a = 'right')::int from t;"
    ])
    let wrong = try await scratch.migrator(folder, Self.giving(["GIVEN": "wrong"])).failure()
    #expect(wrong.sqlState == "22012")
    try await scratch.execute("update t set a = 'right'")
    #expect(try await scratch.migrator(folder, Self.giving(["GIVEN": "new"])).migrate().applied.count == 1)
  }

  @Test func `a variable that the environment lacks stops everything before it begins`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table a (x int);",
      "2_b.sql": "-- muster: env MUSTER_TEST_NONE\nselect :'MUSTER_TEST_NONE';",
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("2_b.sql:1:16: the environment has no MUSTER_TEST_NONE"))
    #expect(try await scratch.value("select to_regclass('a') is null") == "t")
  }
}
