import Migrations
import PostgresClient
import TestSupport
import Testing

@Suite struct AdoptionTests {
  private static func prepared(
    _ fixture: ForeignFixture, _ change: String = ""
  ) async throws -> (Scratch, Migrator, Folder) {
    let scratch = try await Scratch.make()
    try await scratch.execute(fixture.past + change)
    let folder = try Folder(fixture.files)
    return (scratch, scratch.migrator(folder) { $0.tool = fixture.tool }, folder)
  }

  @Test(arguments: ForeignFixture.all)
  func `a folder runs as it is on an empty database`(fixture: ForeignFixture) async throws {
    let scratch = try await Scratch.make()
    let migrator = scratch.migrator(try Folder(fixture.files)) { $0.tool = fixture.tool }
    #expect(try await migrator.migrate().applied.count == 3)
    #expect(
      try await scratch.value(
        "select array_agg(relname order by relname) from pg_class where relname in ('a', 'b', 'c')")
        == "{a,b,c}")
    #expect(try await scratch.value("select count(*) from muster.migration_journal") == "0")
    #expect(try await migrator.migrate().applied.isEmpty)
  }

  @Test(arguments: ForeignFixture.all)
  func `what was applied is taken over, and only the rest runs`(fixture: ForeignFixture) async throws {
    let (scratch, migrator, _) = try await Self.prepared(fixture)
    let before = try await scratch.value("select array_agg(t::text)::text from \(fixture.table) t")
    let refusal = try await migrator.failure()
    #expect(refusal.exitCode == 4)
    #expect(refusal.description.contains("\"muster adopt\""))
    #expect(refusal.description.contains("a history of \(fixture.tool.title)'s in "))
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
    #expect(try await migrator.status().foreign?.taken.count == 2)

    let view = try await migrator.adoption()
    #expect(view.adoption.history.tool == fixture.tool)
    #expect(view.adoption.taken.map { $0.file.name.suffix(1) } == ["a", "b"])
    #expect(view.adoption.pending.map { $0.name.suffix(1) } == ["c"])
    #expect(view.adoption.faults.isEmpty && view.adoption.withoutFile.isEmpty && view.adoption.late.isEmpty)
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")

    try await migrator.adopt(view)
    #expect(try await scratch.value("select array_agg(distinct kind) from muster.migration") == "{adopted}")
    #expect(try await migrator.status().reconciliation.pending.map { $0.name.suffix(1) } == ["c"])
    #expect(try await migrator.migrate().applied.map { $0.file.name.suffix(1) } == ["c"])
    #expect(try await migrator.status().reconciliation.faults.isEmpty)
    #expect(try await scratch.value("select array_agg(t::text)::text from \(fixture.table) t") == before)
    #expect(try await migrator.adoption().adoption.taken.isEmpty)
  }

  @Test(
    arguments: [
      (.flyway, "V1__a.sql"), (.sqlx, "20200101000000_a.sql"), (.sqitch, "deploy/a.sql"),
      (.supabase, "20200101000000_a.sql"),
    ] as [(Tool, String)])
  func `an edit since shows by the tool's own checksum`(tool: Tool, name: String) async throws {
    let fixture = try #require(ForeignFixture.all.first { $0.tool == tool })
    let (scratch, migrator, folder) = try await Self.prepared(fixture)
    try folder.write(name, try #require(fixture.files[name]).replacing("x int", with: "x bigint"))
    let view = try await migrator.adoption()
    #expect(view.adoption.faults.map(\.kind) == ["edited"])
    #expect(view.adoption.faults[0].description.contains("\(name): not what was applied"))
    let error = try #require(await failure { try await migrator.adopt(view) })
    #expect(error.exitCode == 4)
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
    try await migrator.adopt(view, acceptingEdits: true)
    #expect(try await migrator.status().reconciliation.faults.isEmpty)
  }

  @Test(arguments: [ForeignFixture.flyway, .sqlx, .sqitch])
  func `other line ends are no edit`(fixture: ForeignFixture) async throws {
    let (_, migrator, folder) = try await Self.prepared(fixture)
    for (name, text) in fixture.files where name.hasSuffix(".sql") {
      try folder.write(name, text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n"))
    }
    #expect(try await migrator.adoption().adoption.faults.isEmpty)
  }

  @Test(
    arguments: [
      (.flyway, "update flyway_schema_history set success = false where version = '1.1'", "sub/V1.1__b.sql"),
      (.golangMigrate, "update schema_migrations set dirty = true", "2"),
      (
        .sqlx, "update _sqlx_migrations set success = false where version = 20200102000000",
        "20200102000000 b"
      ),
    ] as [(Tool, String, String)])
  func `what the tool itself left half done is not taken over`(tool: Tool, change: String, label: String)
    async throws
  {
    let fixture = try #require(ForeignFixture.all.first { $0.tool == tool })
    let (scratch, migrator, _) = try await Self.prepared(fixture, change)
    let view = try await migrator.adoption()
    #expect(view.adoption.faults.map(\.kind) == ["failed"])
    #expect(
      view.adoption.faults[0].description.hasPrefix("\(label): begun by the other tool and not finished"))
    let error = try #require(await failure { try await migrator.adopt(view, acceptingEdits: true) })
    #expect(error.exitCode == 4)
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `Flyway's undo, repair, baseline and repeatables`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      ForeignFixture.flyway.past + """
        insert into flyway_schema_history values
          (3, '2', 'c', 'SQL', 'V2__c.sql', 1, 'ada', now(), 1, true),
          (4, '2', 'c', 'UNDO_SQL', 'U2__c.sql', 1, 'ada', now(), 1, true),
          (5, null, 'v', 'SQL', 'R__v.sql', 7, 'ada', now(), 1, true),
          (6, null, 'v', 'SQL', 'R__v.sql', -383373042, 'ada', now(), 1, true),
          (7, null, 'w', 'SQL', 'R__w.sql', 1, 'ada', now(), 1, true),
          (8, '3', 'gone', 'SQL', 'V3__gone.sql', 1, 'ada', now(), 1, true),
          (9, '3', 'gone', 'DELETE', 'V3__gone.sql', 1, 'ada', now(), 1, true);
        """)
    let folder = try Folder(ForeignFixture.flyway.files)
    try folder.write("V0.5__before.sql", "create table a (x int)")
    try folder.write("R__v.sql", "create or replace view v as select x from a;\n")
    try folder.write("R__w.sql", "create or replace view w as select x from b;\n")
    try folder.write("V3__again.sql", "select 3")
    let migrator = scratch.migrator(folder)
    let view = try await migrator.adoption()
    #expect(view.adoption.taken.map(\.file.version.digits) == ["1", "1.1", "R__v"])
    #expect(view.adoption.pending.map(\.version.digits) == ["0.5", "2", "3", "R__w"])
    #expect(view.adoption.late.map(\.version.digits) == ["0.5"])
    try await scratch.execute(
      """
      insert into flyway_schema_history values
        (10, '0.7', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', null, 'ada', now(), 0, true)
      """)
    let baselined = try await migrator.adoption()
    #expect(baselined.adoption.taken.map(\.file.version.digits) == ["0.5", "1", "1.1", "R__v"])
    let error = try #require(await failure { try await migrator.adopt(view) })
    #expect(error.description.contains("has changed since it was shown"))
    try await migrator.adopt(baselined)
    #expect(try await migrator.migrate().applied.map(\.file.version.digits) == ["2", "3", "R__w"])
    #expect(try await migrator.migrate().applied.isEmpty)
    try folder.write("R__w.sql", "create or replace view w as select x, 1 as y from b;\n")
    #expect(try await migrator.migrate().applied.map(\.file.version.digits) == ["R__w"])
    #expect(try await scratch.value("select y from w union all select 2") == "2")
    #expect(try await scratch.value("select count(*) from muster.migration where version = 'R__w'") == "1")
  }

  @Test func `Alembic's revisions up to where the database is, and SQL goes on behind them`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table a (x int); create table alembic_version (version_num varchar(32) not null primary key);
      insert into alembic_version values ('b2')
      """)
    func revision(_ id: String, _ after: String) -> String {
      "revision = '\(id)'\ndown_revision = \(after)\n"
    }
    let folder = try Folder([
      "versions/1.py": revision("a1", "None"), "versions/2.py": revision("b2", "'a1'"),
      "versions/3.py": revision("c3", "'b2'"), "env.py": "",
    ])
    let migrator = scratch.migrator(folder)
    let view = try await migrator.adoption()
    #expect(view.adoption.taken.map(\.file.name) == ["a1", "b2"])
    #expect(view.adoption.pending.map(\.name) == ["c3"])
    try await migrator.adopt(view)
    #expect(try await migrator.failure().description.contains("this migration is Python"))
    try await scratch.execute("update alembic_version set version_num = 'c3'")
    try await migrator.adopt(try await migrator.adoption())
    try folder.write("0001_next.sql", "create table next (x int)")
    #expect(try await migrator.migrate().applied.map(\.file.name) == ["next"])
  }

  @Test func `several histories, none, and one of other files`() async throws {
    let (scratch, migrator, _) = try await Self.prepared(.golangMigrate)
    try await scratch.execute(
      "create schema t; create table t.schema_migrations (like schema_migrations); insert into t.schema_migrations values (1, false)"
    )
    let several = try #require(await failure { _ = try await migrator.adoption() })
    #expect(
      several.exitCode == 2 && several.description.contains("t.schema_migrations  golang-migrate, 1 entries"))
    #expect(try await migrator.adoption(from: "t.schema_migrations").adoption.taken.count == 1)
    #expect(try await migrator.adoption(from: "schema_migrations").adoption.taken.count == 2)
    let other = try Folder(["V70__x.sql": "create table x (x int)"])
    let error = try #require(await failure { _ = try await scratch.migrator(other).adoption() })
    #expect(
      error.exitCode == 2 && error.description.contains("no file of this folder, which is read as Flyway's"))
    #expect(try await scratch.migrator(other).migrate().applied.count == 1)
    let empty = try await Scratch.make()
    let nothing = try #require(await failure { _ = try await empty.migrator(other).adoption() })
    #expect(nothing.exitCode == 2 && nothing.description.contains("no other tool's history"))
  }

  @Test func `Rails' table of the same shape is not dbmate's`() async throws {
    let (scratch, migrator, _) = try await Self.prepared(
      .dbmate, "create table ar_internal_metadata (key text)")
    #expect(await failure { _ = try await migrator.adoption() } != nil)
    #expect(try await scratch.value("select count(*) from schema_migrations") == "2")
  }

  @Test func `whoever knows better runs the files all the same`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(ForeignFixture.dbmate.history)
    let folder = try Folder(ForeignFixture.dbmate.files)
    let migrator = scratch.migrator(folder) { $0.ignoresForeignHistory = true }
    #expect(try await migrator.migrate().applied.count == 3)
    #expect(try await scratch.migrator(folder).migrate().applied.isEmpty)
  }

  private func failure(_ body: () async throws -> Void) async -> MigrationError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? MigrationError
    }
  }
}

@Suite struct StandInTests {
  @Test(
    arguments: [
      (.dbmate, "-- migrate:up\ngrant select on schema_migrations to public"),
      (.sqlx, "-- no-transaction\ndelete from public._sqlx_migrations"),
      (.goose, "-- +goose Up\ndelete from goose_db_version"),
      (.supabase, "select statements from supabase_migrations.schema_migrations"),
      (.muster, "create table schema_migrations (version text primary key)"),
    ] as [(Tool, String)])
  func `files that speak of their own tool's table find it`(tool: Tool, text: String) async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": text])
    let events = Events()
    #expect(try await scratch.migrator(folder) { $0.tool = tool }.migrate(events.hear).applied.count == 1)
    let told = events.all.contains { if case .standInCreated = $0 { true } else { false } }
    #expect(told == (tool != .muster))
    #expect(try await scratch.migrator(folder) { $0.tool = tool }.migrate().applied.isEmpty)
  }

  @Test func `nobody else's folder gets one`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(ForeignFixture.dbmate.files)
    try folder.write("20200104_d.sql", "-- migrate:up\n/* schema_migrations */ select 'schema_migrations'")
    #expect(try await scratch.migrator(folder).migrate().applied.count == 4)
    #expect(try await scratch.value("select to_regclass('schema_migrations') is null") == "t")
  }
}
