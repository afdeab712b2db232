import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

/// Histories that the tools themselves wrote, and Muster goes on from.
@Suite("a history that the real tool made")
struct RealHistoryTests {
  private static func muster(
    _ arguments: String..., on database: ConnectionSettings, _ folder: Folder, layout: String
  ) async throws -> ToolResult {
    try await TestSupport.muster(
      with: arguments + ["--dir", folder.path, "--layout", layout],
      environment: ["DATABASE_URL": database.conninfo])
  }

  private static func check(
    _ result: ToolResult, endsWith text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      result.status == 0 && result.output.hasSuffix(text), "\(result.output)\(result.errors)",
      sourceLocation: sourceLocation)
  }

  /// One database is the tool's alone; in the other Muster goes on after the first three. They are to be the same.
  private static func check(
    _ tool: RealTool, history table: String, detour: String? = nil
  ) async throws {
    let cluster = try await TemporaryCluster.shared()
    let (theirs, ours) = (try await cluster.createDatabase(), try await cluster.createDatabase())
    let (begun, whole) = (try tool.folder(3), try tool.folder(5))
    for (database, folder) in [(theirs, whole), (ours, begun)] {
      let result = try await RealTool.run(detour ?? tool.apply, database, folder)
      try #require(result.status == 0, "\(result.output)\(result.errors)")
    }
    let state = "select string_agg(t::text, ' ' order by t::text) from \(table) as t"
    let before = try await value(state, in: ours)
    let refused = try await muster("migrate", on: ours, whole, layout: tool.layout)
    #expect(refused.status == 4 && refused.errors.contains("\"muster adopt\""), "\(refused.errors)")
    check(
      try await muster("adopt", "--yes", on: ours, whole, layout: tool.layout),
      endsWith: "3 to take over, 2 pending\ntook over 3 migrations; nothing was run\n")
    check(
      try await muster("adopt", "--yes", on: theirs, whole, layout: tool.layout),
      endsWith: "5 to take over, 0 pending\ntook over 5 migrations; nothing was run\n")
    let migrated = try await muster("migrate", on: ours, whole, layout: tool.layout)
    #expect(migrated.output.contains(": 2 migrations applied in "), "\(migrated.output)\(migrated.errors)")
    try await compare(theirs, ours, whole, layout: tool.layout)
    #expect(
      try await value("select string_agg(name, '' order by name) from ran", in: ours) == "abd")
    #expect(try await value(state, in: ours) == before)
  }

  private static func compare(
    _ theirs: ConnectionSettings, _ ours: ConnectionSettings, _ folder: Folder, layout: String
  ) async throws {
    for database in [theirs, ours] {
      let again = try await muster("migrate", on: database, folder, layout: layout)
      #expect(again.output.contains(" is up to date: "), "\(again.output)\(again.errors)")
      check(
        try await muster("drift", on: database, folder, layout: layout),
        endsWith: " is what its 5 applied migrations make\n")
    }
    let dumps = try await [theirs, ours].asyncMap {
      try await TestSupport.muster("dump", environment: ["DATABASE_URL": $0.conninfo]).output
    }
    #expect(dumps[0] == dumps[1] && dumps[0].contains("create view public.d"))
  }

  @Test(.enabled(if: RealTool.dbmate.isInstalled, "dbmate is not installed"))
  func `dbmate's, after a rollback`() async throws {
    let dbmate = #"dbmate --url "$URL" --migrations-dir "$DIR" --no-dump-schema"#
    try await Self.check(
      .dbmate, history: "schema_migrations",
      detour: "\(dbmate) migrate; \(dbmate) rollback; \(dbmate) migrate")
  }

  @Test(.enabled(if: RealTool.goose.isInstalled, "goose is not installed"))
  func `goose's, with its version 0, after a way down`() async throws {
    let goose = #"goose -dir "$DIR" postgres "$URL""#
    try await Self.check(
      .goose, history: "goose_db_version", detour: "\(goose) up; \(goose) down; \(goose) up")
  }

  @Test(.enabled(if: RealTool.golangMigrate.isInstalled, "golang-migrate is not installed"))
  func `golang-migrate's, which is one row`() async throws {
    try await Self.check(.golangMigrate, history: "schema_migrations")
  }

  @Test(.enabled(if: RealTool.golangMigrate.isInstalled, "golang-migrate is not installed"))
  func `golang-migrate's dirty flag, until that tool is told where the database is`() async throws {
    let tool = RealTool.golangMigrate
    let database = try await TemporaryCluster.shared().createDatabase()
    let folder = try tool.folder(2)
    try folder.write("000002_b.up.sql", "create table half (x int); select 1 / 0;")
    #expect(try await tool.run(database, folder).status != 0)
    let refused = try await Self.muster("adopt", "--yes", on: database, folder, layout: tool.layout)
    #expect(refused.status == 4 && refused.errors.contains("dirty is true"), "\(refused.errors)")
    #expect(
      try await RealTool.run(#"migrate -path "$DIR" -database "$URL" force 1"#, database, folder).status == 0)
    try folder.write("000002_b.up.sql", RealTool.migrations[1].sql)
    Self.check(
      try await Self.muster("adopt", "--yes", on: database, folder, layout: tool.layout),
      endsWith: "took over 1 migration; nothing was run\n")
    let migrated = try await Self.muster("migrate", on: database, folder, layout: tool.layout)
    #expect(migrated.status == 0, "\(migrated.errors)")
    #expect(try await value("select string_agg(name, '' order by name) from ran", in: database) == "ab")
  }

  @Test(.enabled(if: RealTool.diesel.isInstalled, "diesel is not installed"))
  func `diesel's`() async throws {
    try await Self.check(.diesel, history: "__diesel_schema_migrations")
  }

  @Test(.enabled(if: RealTool.sqlx.isInstalled, "sqlx is not installed"))
  func `sqlx's`() async throws {
    try await Self.check(.sqlx, history: "_sqlx_migrations")
  }

  /// The plan, its tag and the reworked change are Sqitch's own doing as well.
  @Test(.enabled(if: RealTool.isInstalled("sqitch"), "sqitch is not installed"))
  func `Sqitch's, with a tag and a change that was reworked`() async throws {
    let cluster = try await TemporaryCluster.shared()
    let (theirs, ours) = (try await cluster.createDatabase(), try await cluster.createDatabase())
    let folder = try Folder([
      "sqitch.conf": "[core]\n\tengine = pg\n[user]\n\tname = Ada\n\temail = ada@example.org\n"
    ])
    let change = #"""
      change() { printf '%s\n' "$2" >"deploy/$1.sql"; printf 'select 1;\n' >"verify/$1.sql"; }
      sqitch init flip --engine pg
      sqitch add a --note a
      change a "begin; create table a (x int); create table ran (name text); insert into ran values ('a'); commit;"
      sqitch add d --requires a --note d
      change d "create view d as select x from a; insert into ran values ('b');"
      sqitch add c --note c
      change c 'create index concurrently c on a (x);'
      sqitch tag v1 --note first
      sqitch rework d --note again
      change d "begin; create or replace view d as select x, 1 as y from a; insert into ran values ('d'); commit;"
      sqitch add e --note e
      change e 'create index concurrently e on a (x) where x > 0;'
      sqitch deploy --verify --to c db:pg:
      """#
    let begun = try await RealTool.run(change, ours, folder)
    try #require(begun.status == 0, "\(begun.output)\(begun.errors)")
    let whole = try await RealTool.run("sqitch deploy --verify db:pg:", theirs, folder)
    try #require(whole.status == 0, "\(whole.output)\(whole.errors)")
    Self.check(
      try await Self.muster("adopt", "--yes", on: ours, folder, layout: "sqitch"),
      endsWith: "3 to take over, 2 pending\ntook over 3 migrations; nothing was run\n")
    Self.check(
      try await Self.muster("adopt", "--yes", on: theirs, folder, layout: "sqitch"),
      endsWith: "took over 5 migrations; nothing was run\n")
    let migrated = try await Self.muster("migrate", on: ours, folder, layout: "sqitch")
    #expect(migrated.status == 0, "\(migrated.errors)")
    #expect(
      try await value("select string_agg(name, '' order by name) from ran", in: ours) == "abd")
    try await Self.compare(theirs, ours, folder, layout: "sqitch")
    try folder.write("deploy/a.sql", "create table a (x bigint);")
    let edited = try await Self.muster("migrate", on: ours, folder, layout: "sqitch")
    #expect(edited.status == 4 && edited.errors.contains("deploy/a.sql"), "\(edited.errors)")
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async throws -> [T] {
    var all: [T] = []
    for element in self { all.append(try await transform(element)) }
    return all
  }
}
