import Foundation
import Migrations
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite struct HistoryTests {
  private static let files = ["1_a.sql": "create table a (x int);\n", "3_c.sql": "create table c (x int);\n"]

  private static func applied() async throws -> (Scratch, Folder) {
    let (scratch, folder) = (try await Scratch.make(), try Folder(files))
    _ = try await scratch.migrator(folder).migrate()
    return (scratch, folder)
  }

  @Test func `an edited file stops everything with exit code 4`() async throws {
    let (scratch, folder) = try await Self.applied()
    try folder.write("1_a.sql", "create table a (x bigint);\n")
    try folder.write("4_d.sql", "create table d (x int);")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 4)
    #expect(error.description.contains("1_a.sql: edited after it was applied at 20"))
    #expect(
      error.description.contains(
        """
        --- 1_a.sql as applied
        +++ \(folder.path)/1_a.sql now
        @@ -1,1 +1,1 @@
        -create table a (x int);
        +create table a (x bigint);
        """))
    #expect(try await scratch.value("select to_regclass('d') is null") == "t")
    #expect(try await scratch.migrator(folder).status().reconciliation.faults.map(\.kind) == ["edited"])
  }

  @Test func `an edit that does not even read as SQL is an edit all the same`() async throws {
    let (scratch, folder) = try await Self.applied()
    try folder.write("1_a.sql", "-- muster: nonsense\n'")
    #expect(try await scratch.migrator(folder).failure().exitCode == 4)
  }

  @Test func `a lower version that comes later stops everything`() async throws {
    let (scratch, folder) = try await Self.applied()
    try folder.write("2_b.sql", "create table b (x int);")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 4)
    #expect(
      error.description.contains(
        "2_b.sql: not applied, and version 3 behind it is; give it a version above 3"))
  }

  @Test func `a file that is gone stops everything, unless the database is ahead of an older release`()
    async throws
  {
    let (scratch, folder) = try await Self.applied()
    try folder.remove("1_a.sql")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 4)
    #expect(error.description.contains("and now its file is gone"))
    #expect(error.description.contains("\n  | create table a (x int);\n"))
    try folder.write("1_a.sql", Self.files["1_a.sql"] ?? "")
    try folder.remove("3_c.sql")
    let events = Events()
    #expect(try await scratch.migrator(folder).migrate(events.hear).applied.isEmpty)
    #expect(
      events.all.contains { if case .ahead(let entries) = $0 { entries.map(\.name) == ["c"] } else { false } }
    )
  }

  @Test func `line ends alone are a warning`() async throws {
    let (scratch, folder) = try await Self.applied()
    try folder.write("1_a.sql", "create table a (x int);\r\n")
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(
      events.all.contains { if case .reencoded(let file) = $0 { file.fileName == "1_a.sql" } else { false } })
  }

  @Test func `a checksum of another algorithm is judged by the SQL that was kept`() async throws {
    let (scratch, folder) = try await Self.applied()
    try await scratch.execute(
      "update muster.migration set checksum_algorithm = 'md5-1', checksum = md5(sql), raw_checksum = md5(sql)"
    )
    #expect(try await scratch.migrator(folder).migrate().done.isEmpty)
    #expect(try await scratch.migrator(folder).status().reconciliation.rehashable.count == 2)
    try folder.write("1_a.sql", "create table a (x int); -- edited\n")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 4)
    #expect(error.description.contains("+create table a (x int); -- edited"))
    #expect(!error.description.contains("3_c.sql"))
  }

  @Test func `a repair changes nothing where the history is not what it was when it was shown`() async throws
  {
    let (scratch, folder) = try await Self.applied()
    try folder.write("1_a.sql", "create table a (x bigint);\n")
    let migrator = scratch.migrator(folder)
    let plan = try await migrator.repairPlan()
    #expect(plan.changes.map(\.kind) == ["accept"])
    try await scratch.execute(
      "update muster.migration set checksum = 'other', raw_checksum = 'other' where version = '1'")
    do {
      try await migrator.repair(plan)
      Issue.record("it changed what it had not shown")
    } catch {
      #expect(error.kind == "repair" && error.exitCode == 2)
    }
    try await migrator.repair(try await migrator.repairPlan())
    #expect(try await migrator.status().reconciliation.faults.isEmpty)
  }

  @Test func `plan and status write nothing, not even the history`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(Self.files)
    let plan = try await scratch.migrator(folder).plan()
    #expect(plan.steps.map(\.file.version.digits) == ["1", "3"])
    #expect(try await scratch.migrator(folder).status().reconciliation.pending.count == 2)
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `an up-to-date database is not written to and its lock is not taken`() async throws {
    // A cluster of its own, where nobody else writes WAL, and at the least level.
    let cluster = try await TemporaryCluster.start(
      .init(settings: [
        "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "checkpoint_timeout": "1h",
      ]))
    let scratch = Scratch(
      settings: cluster.settings, connection: try await PostgresConnection.connect(cluster.settings))
    let folder = try Folder(Self.files)
    _ = try await scratch.migrator(folder).migrate()
    // Where pages have checksums, as they have by default since 18, the first to read a row that was just written may write.
    try await scratch.execute("vacuum")
    try await scratch.execute("checkpoint; select pg_advisory_lock(\(0x6D75_7374_6572_0001))")
    let state = "select pg_current_wal_insert_lsn() || ' ' || pg_snapshot_xmax(pg_current_snapshot())"
    let before = try await scratch.value(state)
    for _ in 1...5 { #expect(try await scratch.migrator(folder).migrate().applied.isEmpty) }
    #expect(try await scratch.value(state) == before)
    await cluster.stop()
  }

  @Test func `the history is no member of the extension and stays when that goes`() async throws {
    let scratch = try await Scratch.make()
    let available =
      try await scratch.value("select count(*) from pg_available_extensions where name = 'muster'") == "1"
    let folder = try Folder(["1_a.sql": "-- muster: requires-extension muster\nselect muster.uid();"])
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(
      events.all.contains {
        if case .extensionCreated("muster", asScript: !available) = $0 { true } else { false }
      })
    guard available else { return }
    try await scratch.execute("drop extension muster cascade")
    #expect(try await scratch.value("select count(*) from muster.migration") == "1")
  }

  @Test func `an extension that is there is taken as it is`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "-- muster: requires-extension muster\nselect muster.uid();"])
    _ = try await scratch.migrator(folder).migrate()
    try folder.write(
      "2_b.sql", "-- muster: requires-extension muster\n-- muster: requires-extension plpgsql\nselect 1")
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(!events.all.contains { if case .extensionCreated = $0 { true } else { false } })
  }

  @Test func `an extension that the server has not is named with its place`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "-- first\n-- muster: requires-extension no_such_thing\ncreate table a (x int)"
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(
      error.description.contains(
        "1_a.sql:2:31: extension \"no_such_thing\" is required and the server does not have it"))
    #expect(try await scratch.value("select to_regclass('a') is null") == "t")
  }

  @Test func `a history from before there were code objects is read, copied and made whole`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "create table a (x int)"])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute("drop table muster.migration_object")
    #expect(try await migrator.status().history.count == 1)
    #expect(try await migrator.migrate().done.isEmpty)
    let script = try await scratch.connection.run { try HistoryScript.read($0) }
    let copy = try await Scratch.make()
    for statement in script { try await copy.execute(statement) }
    #expect(try await copy.value("select count(*) from muster.migration") == "1")
    try folder.write("objects/v.sql", "create view public.v as select x from public.a;")
    #expect(try await migrator.migrate().objects.count == 1)
    #expect(try await scratch.value("select count(*) from muster.migration_object") == "1")
  }
}
