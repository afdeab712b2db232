import Migrations
import SQLText
import TestSupport
import Testing

/// `migrate --to`, in both directions.
@Suite struct CourseTests {
  private static let files = [
    "1_a.sql": "create table a (x int);", "1_a.down.sql": "drop table a;",
    "2_b.sql": "create table b (x int);", "2_b.down.sql": "drop table b;",
    "3_c.sql": "create table c (x int);", "3_c.down.sql": "drop table c;",
  ]

  private static func to(_ version: String) throws -> (inout Migrator.Options) -> Void {
    let version = try #require(Version(version))
    return { $0.target = .version(version) }
  }

  private static func applied(_ folder: Folder) async throws -> Scratch {
    let scratch = try await Scratch.make()
    _ = try await scratch.migrator(folder).migrate()
    return scratch
  }

  private static func state(_ scratch: Scratch) async throws -> String? {
    try await scratch.value(
      """
      select concat_ws(' ', to_regclass('a'), to_regclass('b'), to_regclass('c'), '|',
        (select string_agg(version, ' ' order by version) from muster.migration),
        (select nullif(count(*), 0) || ' notes' from muster.migration_journal))
      """)
  }

  @Test func `goes up to a version, down to one, and to nothing`() async throws {
    let (scratch, folder) = (try await Scratch.make(), try Folder(Self.files))
    let up = try await scratch.migrator(folder, Self.to("2")).migrate()
    #expect(up.applied.map(\.file.version.digits) == ["1", "2"] && up.version?.digits == "2")
    #expect(try await Self.state(scratch) == "a b | 1 2")
    _ = try await scratch.migrator(folder).migrate()
    let down = try await scratch.migrator(folder, Self.to("1")).migrate()
    #expect(down.takenBack.map(\.file.version.digits) == ["3", "2"] && down.version?.digits == "1")
    #expect(try await Self.state(scratch) == "a | 1")
    let status = try await scratch.migrator(folder).status()
    #expect(
      status.reconciliation.pending.map(\.version.digits) == ["2", "3"] && status.version?.digits == "1")
    _ = try await scratch.migrator(folder, Self.to("0")).migrate()
    #expect(try await Self.state(scratch) == "|")
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
  }

  @Test func `shows the way before it goes it`() async throws {
    let folder = try Folder(Self.files)
    let scratch = try await Self.applied(folder)
    let plan = try await scratch.migrator(folder, Self.to("1")).plan()
    #expect(
      plan.steps.map(\.script.source.name) == ["\(folder.path)/3_c.down.sql", "\(folder.path)/2_b.down.sql"])
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
  }

  @Test func `refuses before anything runs where a way back is missing`() async throws {
    let folder = try Folder(Self.files)
    try folder.remove("1_a.down.sql")
    try folder.remove("2_b.down.sql")
    let scratch = try await Self.applied(folder)
    let error = try await scratch.migrator(folder, Self.to("0")).failure()
    #expect(error.exitCode == 2 && error.kind == "course")
    #expect(error.description.contains("/1_a.sql: nothing says how to take it back"))
    #expect(error.description.contains("/2_b.sql: nothing says how to take it back"))
    #expect(!error.description.contains("/3_c.sql"))
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
    // A way back that cannot be read is none.
    try folder.write("2_b.down.sql", "drop table 'b")
    #expect(try await scratch.migrator(folder, Self.to("1")).failure().exitCode == 2)
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
    // What the folder has not cannot be taken back either.
    try folder.remove("2_b.down.sql")
    try folder.remove("3_c.down.sql")
    try folder.remove("3_c.sql")
    #expect(
      try await scratch.migrator(folder, Self.to("2")).failure().description.contains(
        "3_c.sql: it is applied, and this folder has no file of it"))
  }

  @Test func `names the versions next to one that is not there`() async throws {
    let folder = try Folder(Self.files)
    try folder.write("7_g.sql", "select 1")
    let error = try await Scratch.make().migrator(folder, Self.to("5")).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("there is no version 5; next to it are 3 and 7"))
  }

  @Test func `a way back that fails is rolled back, and what was taken back before stays so`() async throws {
    let folder = try Folder(Self.files)
    try folder.write("2_b.down.sql", "drop table b;\ndrop table nothing;")
    let scratch = try await Self.applied(folder)
    let error = try await scratch.migrator(folder, Self.to("1")).failure()
    #expect(error.exitCode == 1)
    #expect(error.description.contains("2_b.down.sql:2:1: ERROR 42P01"))
    #expect(try await Self.state(scratch) == "a b | 1 2")
  }

  @Test func `a no-transaction way back keeps a journal, goes on, and stands in the way of going up`()
    async throws
  {
    let folder = try Folder(Self.files)
    try folder.write("3_c.sql", "create table c (x int); create index c_x on c (x);")
    try folder.write(
      "3_c.down.sql",
      "-- muster: no-transaction\ndrop index concurrently c_x;\ndrop table nothing;\ndrop table c;")
    let scratch = try await Self.applied(folder)
    #expect(try await scratch.migrator(folder, Self.to("2")).failure().exitCode == 1)
    #expect(try await Self.state(scratch) == "a b c | 1 2 3 1 notes")
    let status = try await scratch.migrator(folder).status()
    #expect(
      status.past.unfinished.map(\.isBeingTakenBack) == [true] && status.past.unfinished.map(\.done) == [1])
    let up = try await scratch.migrator(folder).failure()
    #expect(up.exitCode == 4)
    #expect(
      up.description.contains(
        "3_c.sql: an earlier run began to take it back and got through 1 of its statements"))
    try folder.write("3_c.down.sql", "-- muster: no-transaction\ndrop index concurrently c_x;\ndrop table c;")
    let events = Events()
    _ = try await scratch.migrator(folder, Self.to("2")).migrate(events.hear)
    #expect(events.all.contains { if case .resuming(_, done: 1) = $0 { true } else { false } })
    #expect(try await Self.state(scratch) == "a b | 1 2")
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
  }

  @Test func `what is half applied is finished before it is taken back`() async throws {
    let folder = try Folder(Self.files)
    try folder.write("3_c.sql", "-- muster: no-transaction\ncreate table c (x int);\nselect 1/0;")
    let scratch = try await Scratch.make()
    _ = try await scratch.migrator(folder).failure()
    let error = try await scratch.migrator(folder, Self.to("1")).failure()
    #expect(error.exitCode == 2)
    #expect(
      error.description.contains("3_c.sql: it is begun and not finished (1 of its statements are done)"))
    #expect(try await Self.state(scratch) == "a b c | 1 2 1 notes")
  }

  @Test func `a file that is in one transaction now leaves no journal of when it was not`() async throws {
    let folder = try Folder(Self.files)
    try folder.write("3_c.sql", "-- muster: no-transaction\ncreate table c (x int);\nselect 1/0;")
    let scratch = try await Scratch.make()
    _ = try await scratch.migrator(folder).failure()
    try folder.write("3_c.sql", "create table if not exists c (x int);")
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
  }

  @Test func `late files are applied on demand, and are in nobody's way on the way down`() async throws {
    let folder = try Folder(Self.files)
    try folder.remove("2_b.sql")
    try folder.remove("2_b.down.sql")
    let scratch = try await Self.applied(folder)
    try folder.write("2_b.sql", "create table b (x int);")
    #expect(try await scratch.migrator(folder).failure().exitCode == 4)
    let events = Events()
    _ = try await scratch.migrator(folder) { $0.allowsOutOfOrder = true }.migrate(events.hear)
    #expect(
      events.all.contains { if case .outOfOrder(let file, _) = $0 { file.name == "b" } else { false } })
    #expect(try await Self.state(scratch) == "a b c | 1 2 3")
    #expect(try await scratch.migrator(folder).migrate().done.isEmpty)
    try folder.write("2_b.down.sql", "drop table b")
    _ = try await scratch.migrator(folder, Self.to("1")).migrate()
    #expect(try await Self.state(scratch) == "a | 1")
  }
}
