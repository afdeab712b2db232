import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

/// `muster migrate --targets`: many databases, many schemas, each on its own.
@Suite("muster migrate over a fleet")
struct FleetTests {
  private static let files = [
    "1_a.sql": "create table a (x int);", "2_b.sql": "create table b (x int); insert into a values (1);",
    "3_c.sql": "-- muster: no-transaction\ncreate index concurrently a_x on a (x);",
  ]

  private static func home(_ files: [String: String] = files) throws -> Folder {
    let home = try Folder()
    for (name, text) in files { try home.write("migrations/\(name)", text) }
    return home
  }

  private static func databases(_ count: Int) async throws -> [ConnectionSettings] {
    var databases: [ConnectionSettings] = []
    for _ in 0..<count { databases.append(try await TemporaryCluster.shared().createDatabase()) }
    return databases
  }

  private struct Line: Decodable {
    struct Fault: Decodable {
      let message: String
      let line: Int?
    }
    let target: String
    let database: String
    let schema: String?
    let state: String
    let version: String?
    let exitCode: Int
    let applied: [[String: Value]]
    let error: Fault?
  }

  private struct Value: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  private static func lines(_ text: String) throws -> [Line] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test("migrates eight databases; one that is broken stops no other, and a resume does it alone")
  func databases() async throws {
    let (home, databases) = (try Self.home(), try await Self.databases(8))
    try await script("create table b ()", in: databases[3])
    let names = databases.map { $0.parameters["dbname"] ?? "" }
    try home.write("targets.txt", "# all of them\n" + names.joined(separator: "\n"))
    let environment = ["DATABASE_URL": databases[0].with("dbname", "postgres").conninfo]
    let first = try await muster(
      "migrate", "--targets", "targets.txt", "--parallel", "3", "--json", environment: environment,
      folder: home.path)
    #expect(first.status == 1)
    let lines = try Self.lines(first.output)
    #expect(Set(lines.map(\.database)) == Set(names) && lines.count == 8)
    let broken = try #require(lines.first { $0.database == names[3] })
    #expect(broken.state == "failed" && broken.exitCode == 1 && broken.error?.line == 1)
    #expect(broken.applied.count == 1)
    for line in lines where line.database != names[3] {
      #expect(line.state == "migrated" && line.version == "3" && line.applied.count == 3)
    }
    try home.write("report.json", first.output)
    try await script("drop table b", in: databases[3])
    let again = try await muster(
      "migrate", "--targets", "targets.txt", "--resume", "report.json", environment: environment,
      folder: home.path)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.hasSuffix("1 target: 1 migrated\n"), "\(again.output)")
    for database in databases {
      #expect(try await value("select count(*) from muster.migration", in: database) == "3")
    }
    // Killed while it wrote of its last target, which therefore is not known to be done.
    try home.write("report.json", String(first.output.dropLast(20)))
    let cut = try await muster(
      "migrate", "--targets", "targets.txt", "--resume", "report.json", environment: environment,
      folder: home.path)
    let left = Set([names[3], lines.last?.database]).count == 2 ? "2 targets: 2" : "1 target: 1"
    #expect(cut.output.hasSuffix("\(left) up to date\n"), "\(cut.output)")
    let whole = try await muster(
      "migrate", "--targets", "targets.txt", environment: environment, folder: home.path)
    #expect(whole.output.hasSuffix("8 targets: 8 up to date\n"), "\(whole.output)")
  }

  @Test("migrates eight schemas of one database, each with its own history, all at once")
  func schemas() async throws {
    let home = try Self.home()
    let database = try await TemporaryCluster.shared().createDatabase()
    let tenants = (1...7).map { "tenant_\($0)" } + ["Tenant 8"]
    for tenant in tenants { try await script("create schema \"\(tenant)\"", in: database) }
    try await script("create table tenant_5.b ()", in: database)
    func migrate() async throws -> ToolResult {
      try await muster(
        "migrate", "--parallel", "8", "--targets-query",
        "select nspname as schema from pg_namespace where nspname ilike 'tenant%' order by 1",
        environment: ["DATABASE_URL": database.conninfo], folder: home.path)
    }
    let result = try await migrate()
    #expect(result.status == 1)
    #expect(result.output.hasSuffix("8 targets: 7 migrated, 1 failed\n"), "\(result.output)\(result.errors)")
    #expect(
      result.errors.contains("muster: tenant_5: migrations/2_b.sql:1:1: ERROR 42P07"), "\(result.errors)")
    #expect(
      try await value(
        "select string_agg(format('%s %s', scope, count), ', ' order by scope collate \"C\") from (select scope, count(*) from muster.migration group by 1) s",
        in: database)
        == "Tenant 8 3, tenant_1 3, tenant_2 3, tenant_3 3, tenant_4 3, tenant_5 1, tenant_6 3, tenant_7 3")
    #expect(
      try await value(
        "select count(*) from pg_class where relname in ('a', 'b', 'a_x') and relnamespace <> 'public'::regnamespace",
        in: database) == "23")
    #expect(try await value("select to_regclass('public.a')::text", in: database) == nil)
    try await script("drop table tenant_5.b", in: database)
    #expect(try await migrate().status == 0)
  }

  @Test("tells a connection that fails of its target alone, exits with the worst, and shows no password")
  func unreachable() async throws {
    let (home, databases) = (try Self.home(), try await Self.databases(2))
    try home.write(
      "targets.txt",
      """
      postgresql://me:hunter2@127.0.0.1:1/nowhere
      \(databases[0].conninfo)
      dbname='postgresql://me:hunter2@127.0.0.1:1/nested'
      \(databases[1].conninfo) schema=missing
      """)
    let result = try await muster("migrate", "--targets", "targets.txt", folder: home.path)
    #expect(result.status == 2)
    #expect(!(result.output + result.errors).contains("hunter2"))
    #expect(result.errors.contains("muster: 127.0.0.1:1/nowhere: "), "\(result.errors)")
    #expect(result.output.hasSuffix("4 targets: 1 migrated, 3 failed\n"), "\(result.output)\(result.errors)")
    #expect(try await value("select count(*) from muster.migration", in: databases[0]) == "3")
    let json = try await muster("migrate", "--targets", "targets.txt", "--json", folder: home.path)
    #expect(!(json.output + json.errors).contains("hunter2"))
    #expect(try Self.lines(json.output).map(\.exitCode).sorted() == [0, 2, 2, 2])
  }

  @Test("begins nothing more after a failure when told so, and says what was not begun")
  func failFast() async throws {
    let (home, databases) = (try Self.home(), try await Self.databases(3))
    try await script("create table a ()", in: databases[0])
    try home.write("targets.txt", databases.map(\.conninfo).joined(separator: "\n"))
    let result = try await muster(
      "migrate", "--targets", "targets.txt", "--fail-fast", "--parallel", "1", "--json", folder: home.path)
    #expect(result.status == 1)
    #expect(try Self.lines(result.output).map(\.state) == ["failed", "not-begun", "not-begun"])
    try home.write("report.json", result.output)
    try await script("drop table a", in: databases[0])
    let again = try await muster(
      "migrate", "--targets", "targets.txt", "--resume", "report.json", folder: home.path)
    #expect(again.output.hasSuffix("3 targets: 3 migrated\n"))
    try home.write("report.json", "[]")
  }

  @Test(
    "refuses what cannot be meant, before it connects to anything",
    arguments: [
      (["--targets", "no-such-file"], "cannot read no-such-file: there is no such file"),
      (["--targets", "targets.txt", "--plan"], "--plan is for one database"),
      (["--targets", "targets.txt", "--targets-query", "select 1"], "exclude each other"),
      (["--parallel", "2"], "--parallel is for --targets"),
      (["--targets", "targets.txt", "--parallel", "0"], "--parallel is at least 1"),
      (
        ["--targets", "targets.txt", "--resume", "targets.txt"], "targets.txt:1: this is no line of a report"
      ),
      (["--targets", "targets.txt", "--dir", "nowhere"], "nowhere: there is no such folder"),
    ])
  func refusals(arguments: [String], message: String) async throws {
    let home = try Self.home()
    try home.write("targets.txt", "postgresql://me:hunter2@127.0.0.1:1/nowhere\n")
    let result = try await muster(with: ["migrate"] + arguments, folder: home.path)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!result.errors.contains("hunter2"))
  }

  @Test("calls a query that fails bad usage")
  func badQuery() async throws {
    let (home, database) = (try Self.home(), try await TemporaryCluster.shared().createDatabase())
    for (sql, message) in [
      ("selec 1", "syntax error"), ("create table x ()", "read-only transaction"),
      ("select 1 where false", "no row"),
    ] {
      let result = try await muster(
        "migrate", "--targets-query", sql, environment: ["DATABASE_URL": database.conninfo], folder: home.path
      )
      #expect(result.status == 2)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }
}
