import Migrations
import TestSupport
import Testing

@Suite struct HookTests {
  /// Hooks and files that tell in what order they ran.
  private static let files = [
    "1_a.sql": "create table told (what text, at bigserial); insert into told values ('a');",
    "2_b.sql": "insert into told values ('b');",
    "hooks/before_deploy.sql":
      "create temp table x (); do $$ begin insert into told values ('before'); exception when undefined_table then null; end $$;",
    "hooks/after_deploy.sql": "insert into told values ('after');",
  ]

  private static func told(_ scratch: Scratch) async throws -> String? {
    try await scratch.value("select string_agg(what, ' ' order by at) from told")
  }

  @Test func `hooks run around what is pending, and not where nothing is`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    let report = try await scratch.migrator(folder).migrate()
    #expect(report.done.map(\.file.name) == ["before_deploy", "a", "b", "after_deploy"])
    #expect(report.applied.map(\.file.name) == ["a", "b"])
    #expect(try await Self.told(scratch) == "a b after")
    #expect(try await scratch.migrator(folder).migrate().done.isEmpty)
    try folder.write("3_c.sql", "insert into told values ('c');")
    #expect(
      try await scratch.migrator(folder).plan().steps.map(\.file.name) == [
        "before_deploy", "c", "after_deploy",
      ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.told(scratch) == "a b after before c after")
    #expect(
      try await scratch.value("select string_agg(version, ' ' order by version) from muster.migration")
        == "1 2 3")
    #expect(try await scratch.value("select count(*) from muster.migration_journal") == "0")
  }

  @Test func `the hook behind the migrations is owed until it has run`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    try folder.write("hooks/after_deploy.sql", "select 1/0;")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 1 && error.description.contains("hooks/after_deploy.sql:1:"))
    #expect(try await Self.told(scratch) == "a b")
    let status = try await scratch.migrator(folder).status()
    #expect(status.past.owesHook && status.reconciliation.pending.isEmpty && status.past.unfinished.isEmpty)
    try folder.write("hooks/after_deploy.sql", "insert into told values ('after at last');")
    #expect(try await scratch.migrator(folder).migrate().done.map(\.file.name) == ["after_deploy"])
    #expect(try await Self.told(scratch) == "a b after at last")
    #expect(try await scratch.migrator(folder).migrate().done.isEmpty)
    #expect(try await !scratch.migrator(folder).status().past.owesHook)
  }

  @Test func `it is owed where a migration fails as well`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    try folder.write("2_b.sql", "select 1/0")
    _ = try await scratch.migrator(folder).failure()
    try folder.remove("2_b.sql")
    #expect(try await scratch.migrator(folder).migrate().done.map(\.file.name) == ["after_deploy"])
  }

  @Test func `a hook before the migrations that fails keeps them from running`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    try folder.write("hooks/before_deploy.sql", "select 1/0;")
    #expect(try await scratch.migrator(folder).failure().exitCode == 1)
    #expect(try await scratch.value("select to_regclass('told') is null") == "t")
  }

  @Test func `a no-transaction hook that was interrupted begins again`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    let steps = "-- muster: no-transaction\ninsert into told values ('first');\nvacuum told;\n"
    try folder.write("hooks/after_deploy.sql", steps + "select 1/0;")
    #expect(try await scratch.migrator(folder).failure().exitCode == 1)
    try folder.write("hooks/after_deploy.sql", steps)
    #expect(try await scratch.migrator(folder).migrate().done.map(\.file.name) == ["after_deploy"])
    #expect(try await Self.told(scratch) == "a b first first")
    #expect(try await scratch.value("select count(*) from muster.migration_journal") == "0")
  }

  @Test func `they run on the way back too`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    try folder.write("2_b.down.sql", "insert into told values ('not b')")
    _ = try await scratch.migrator(folder).migrate()
    _ = try await scratch.migrator(folder) { $0.target = Version("1").map(Target.version) ?? .newest }
      .migrate()
    #expect(try await Self.told(scratch) == "a b after before not b after")
  }

  @Test func `a hook by another name is a mistake`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    try folder.write("hooks/after-deploy.sql", "select 1")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("no such hook; expected before_deploy.sql or after_deploy.sql"))
  }
}
