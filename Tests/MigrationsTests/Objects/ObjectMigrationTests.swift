import Migrations
import PostgresClient
import TestSupport
import Testing

/// Code objects and migrations in one run.
@Suite struct ObjectMigrationTests {
  private static func installed(_ more: [String: String] = [:]) async throws -> (Scratch, Folder, Migrator) {
    let scratch = try await Scratch.make()
    let files = [
      "1_a.sql":
        "create schema app; create table app.t (id int, note text); insert into app.t values (1, 'x');",
      "objects/low.sql": "create view app.low as select id, note from app.t;",
      "objects/high.sql":
        "create view app.high as select id from app.low; grant select on app.high to public;",
      "objects/p.sql": "create policy p on app.t using (note is not null);",
    ]
    let folder = try Folder(files.merging(more) { $1 })
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    return (scratch, folder, migrator)
  }

  @Test(
    arguments: [
      "alter table app.t alter column id type bigint",
      "set search_path = app; alter table t alter column id type bigint",
      "select set_config('search_path', '', false); alter table app.t alter column id type bigint, alter column note type varchar",
      "alter table app.t rename column id to old; alter table app.t add id bigint; update app.t set id = old;"
        + " alter table app.t drop column old",
    ])
  func `a file that views stand in the way of has them dropped and made again in its transaction`(
    sql: String
  ) async throws {
    let (scratch, folder, migrator) = try await Self.installed([
      "objects/moment.sql":
        "create materialized view app.moment as select transaction_timestamp() as at, id from app.high;"
    ])
    try await scratch.execute(
      "create role objects_\(scratch.name); grant select on app.low to objects_\(scratch.name)")
    try folder.write("2_b.sql", sql)
    try folder.write("objects/unqualified.sql", "create function here() returns name return current_user;")
    try folder.write(
      "3_c.sql",
      "set role objects_\(scratch.name); reset role; create table app.began as select transaction_timestamp() as at"
    )
    let events = Events()
    let report = try await migrator.migrate(events.hear)
    #expect(report.applied.count == 2)
    #expect(report.objects.contains { $0.verb == .recreated && $0.object.name == "app.low" })
    #expect(events.all.contains { if case .makingWay(let file, _) = $0 { file.name == "b" } else { false } })
    #expect(try await scratch.value("select pg_typeof(id) from app.high") == "bigint")
    #expect(
      try await scratch.value("select has_table_privilege('objects_\(scratch.name)', 'app.low', 'select')")
        == "t")
    #expect(
      try await scratch.value("select has_table_privilege('objects_\(scratch.name)', 'app.high', 'select')")
        == "t")
    #expect(try await scratch.value("select 'public.here'::regproc = 'here'::regproc") == "t")
    // One transaction: nobody saw the views missing.
    #expect(try await scratch.value("select count(*) from app.began join app.moment using (at)") == "1")
    try await scratch.execute("drop owned by objects_\(scratch.name); drop role objects_\(scratch.name)")
  }

  @Test func `the folder says what they are behind the file`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write(
      "2_b.sql", "alter table app.t drop column id; alter table app.t add key uuid default gen_random_uuid()")
    try folder.write("3_c.sql", "alter table app.t add more int default 3")
    try folder.write("objects/low.sql", "create view app.low as select key as id, more from app.t;")
    _ = try await migrator.migrate()
    #expect(try await scratch.value("select pg_typeof(id) from app.high") == "uuid")
    #expect(try await scratch.value("select more from app.low") == "3")
  }

  @Test func `when they cannot be made again, the file is taken back with them`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write("2_b.sql", "alter table app.t drop column id")
    let error = try await migrator.failure()
    #expect(
      error.description.contains("objects/low.sql:1:31: ERROR 42703: column \"id\" does not exist"),
      "\(error)")
    #expect(try await scratch.value("select id from app.high") == "1")
    #expect(try await scratch.value("select count(*) from muster.migration") == "1")
  }

  @Test func `what is not ours keeps its file from running, as it always did`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try await scratch.execute("create view outside as select id from app.t")
    try folder.write("2_b.sql", "alter table app.t drop column id")
    let error = try await migrator.failure()
    #expect(error.description.contains("2_b.sql:1:1: ERROR 2BP01"), "\(error)")
    #expect(try await scratch.value("select id from app.high") == "1")
  }

  @Test func `what a file drops along with something else comes back`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write("2_b.sql", "drop view app.low cascade")
    let report = try await migrator.migrate()
    #expect(report.objects.count == 2)
    #expect(try await scratch.value("select id from app.high") == "1")
    #expect(try await scratch.value("select has_table_privilege('public', 'app.high', 'select')") == "t")
  }

  @Test func `what a table takes with it is forgotten with its file`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write("2_b.sql", "drop table app.t cascade")
    for name in ["low", "high", "p"] { try folder.remove("objects/\(name).sql") }
    _ = try await migrator.migrate()
    #expect(try await scratch.value("select count(*) from muster.migration_object") == "0")
  }

  @Test func `many runners at once do it once`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write("objects/low.sql", "create view app.low as select id::text, note from app.t;")
    try folder.write("objects/new.sql", "create function app.fresh() returns int return 1;")
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 1...20 { group.addTask { try await migrator.migrate().objects.count } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts.filter { $0 > 0 } == [3])
    #expect(try await scratch.value("select pg_typeof(id) from app.high") == "text")
    #expect(
      try await scratch.value(
        "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
      ) == "0")
  }

  @Test func `a session that is killed in the middle leaves everything as it was`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write("objects/low.sql", "create view app.low as select id::text, note from app.t;")
    try folder.write(
      "objects/slow.sql", "create materialized view app.slow as select id from app.low, pg_sleep(600);")
    let task = Task { try await migrator.failure() }
    let sleeping =
      "select pid from pg_stat_activity where query like 'create materialized view app.slow%' and wait_event = 'PgSleep' and datname = current_database()"
    try await eventually { try await scratch.value(sleeping) != nil }
    _ = try await scratch.value("select pg_terminate_backend(pid) from (\(sleeping)) s")
    #expect(try await task.value.exitCode != 0)
    #expect(try await scratch.value("select pg_typeof(id) from app.high") == "integer")
    try folder.write("objects/slow.sql", "create materialized view app.slow as select id from app.low;")
    #expect(try await migrator.migrate().objects.count == 3)
    #expect(try await scratch.value("select pg_typeof(id) from app.slow") == "text")
  }

  @Test func `a view that is being read is waited for in turns, and its reader named`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try await scratch.execute("begin; select * from app.high")
    try folder.write("objects/high.sql", "create view app.high as select id from app.low where id > 0;")
    let events = Events()
    let impatient = Migrator(
      scratch.settings, directory: folder.path, options: migrator.options.with(lockTimeout: 400))
    let report = try await impatient.migrate { event in
      events.hear(event)
      if case .objectsBlocked = event { Task { try await scratch.execute("commit") } }
    }
    #expect(report.objects.map(\.verb) == [.replaced])
    let blockers = events.all.compactMap {
      if case .objectsBlocked(let blockers) = $0 { blockers } else { nil }
    }.joined()
    #expect(blockers.first?.processID == scratch.connection.backendProcessID)
  }

  @Test func `a view that is never let go is given up with exit code 5`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try await scratch.execute("begin; select * from app.high")
    try folder.write(
      "objects/high.sql",
      "-- muster: lock-timeout 50ms\ncreate view app.high as select id from app.low where id > 0;")
    var options = migrator.options
    options.retryFor = .milliseconds(200)
    let error = try await Migrator(scratch.settings, directory: folder.path, options: options).failure()
    #expect(error.exitCode == 5)
    #expect(error.place?.path.hasSuffix("objects/high.sql") == true)
  }

  @Test func `what looks before the commit sees files and objects together, and refuses both`() async throws {
    let (scratch, folder, migrator) = try await Self.installed()
    try folder.write("2_b.sql", "alter table app.t add more int default 5")
    try folder.write("objects/low.sql", "create view app.low as select id, note, more from app.t;")
    var options = migrator.options
    options.beforeCommit = { connection in
      throw Refusal("more is \(try connection.query("select more from app.low").scalar(Int.self))")
    }
    let error = try await Migrator(scratch.settings, directory: folder.path, options: options).failure()
    #expect(error.description.hasPrefix("more is 5"), "\(error)")
    #expect(try await scratch.value("select count(*) from muster.migration") == "1")
    #expect(
      try await scratch.value("select count(*) from pg_attribute where attrelid = 'app.low'::regclass") == "2"
    )
    options.beforeCommit = { _ = try $0.query("select more from app.low") }
    let report = try await Migrator(scratch.settings, directory: folder.path, options: options).migrate()
    #expect(report.applied.count == 1 && report.objects.map(\.verb) == [.replaced])
  }

  @Test func `a rebuilt database has the objects as they were applied, not as they are to be`() async throws {
    let (_, folder, migrator) = try await Self.installed()
    let copy = try await Scratch.make()
    try folder.write("objects/low.sql", "create view app.low as select id, note, 1 as one from app.t;")
    try folder.remove("objects/p.sql")
    _ = try await migrator.rebuild(try await migrator.status(), on: copy.settings, musterAsScript: false)
    #expect(
      try await copy.value("select count(*) from pg_attribute where attrelid = 'app.low'::regclass") == "2")
    #expect(try await copy.value("select count(*) from pg_policy") == "1")
  }

  @Test func `the plan and the status show what would change`() async throws {
    let (_, folder, migrator) = try await Self.installed()
    try folder.write("objects/low.sql", "create view app.low as select id, note, 1 as one from app.t;")
    try folder.write("objects/new.sql", "create function app.fresh() returns int return 1;")
    try folder.remove("objects/p.sql")
    let objects = try await migrator.status().objects
    #expect(
      objects.files.map { "\($0.file.name) \($0.state.rawValue)" } == [
        "high.sql unchanged", "low.sql changed", "new.sql new",
      ])
    #expect(objects.removed == ["p.sql"])
    try folder.write("objects/new.sql", "create table x (x int)")
    let error = await #expect(throws: MigrationError.self) { try await migrator.plan() }
    #expect(error?.exitCode == 2)
  }
}

extension Migrator.Options {
  fileprivate func with(lockTimeout milliseconds: Int32) -> Migrator.Options {
    var options = self
    options.lockTimeout = Timeout(milliseconds: milliseconds)
    return options
  }
}
