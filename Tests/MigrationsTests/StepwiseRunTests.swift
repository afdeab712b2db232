import Migrations
import PostgresClient
import SQLText
import TestSupport
import Testing

@Suite struct StepwiseRunTests {
  private static let marker = "-- muster: no-transaction\n"

  @Test func `runs what bears no transaction, and records it once`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t as select generate_series(1, 100) as x;",
      "2_b.sql": Self.marker
        + "create index concurrently t_x on t (x);\nvacuum t;\nreindex index concurrently t_x;\ndrop index concurrently if exists nowhere;\ncopy t from stdin;\n7\n\\.\n",
    ])
    let report = try await scratch.migrator(folder).migrate()
    #expect(report.applied.map(\.statements) == [1, 5])
    #expect(
      try await scratch.value("select indisvalid from pg_index where indexrelid = 't_x'::regclass") == "t")
    #expect(try await scratch.value("select count(*) from t") == "101")
    #expect(try await scratch.value("select count(*) from muster.migration_journal") == "0")
    #expect(try await scratch.migrator(folder).migrate().applied.isEmpty)
  }

  @Test func `goes on behind what is done once the cause is mended`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": Self.marker
        + "create table t (x int);\ninsert into t values (1);\ninsert into t values ('é', nope);\ninsert into t values (3);"
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.place?.position?.description == "4:28")
    #expect(error.description.contains("2 of its 4 statements are done and will not be run again"))
    #expect(try await scratch.value("select count(*) from muster.migration") == "0")
    try folder.write(
      "1_a.sql",
      Self.marker
        + "create table t (x int);\ninsert into t values (1);\ninsert into t values (2);\ninsert into t values (3);"
    )
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(try await scratch.value("select array_agg(x) from t") == "{1,2,3}")
    #expect(events.all.contains { if case .resuming(_, done: 2) = $0 { true } else { false } })
  }

  @Test func `what is done cannot be edited half-way`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": Self.marker + "create table t (x int);\ninsert into t values (nope);"]
    )
    _ = try await scratch.migrator(folder).failure()
    try folder.write("1_a.sql", Self.marker + "create table t (x text);\ninsert into t values (1);")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 4)
    #expect(error.description.contains("1_a.sql:2:1: statement 1 of"))
    #expect(try await scratch.value("select count(*) from t") == "0")
  }

  @Test(arguments: ["", "if not exists "])
  func `an index that could not be built is built anew, never taken for one`(clause: String) async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table t (x int); insert into t values (1), (1)")
    let folder = try Folder([
      "1_a.sql": Self.marker + "create unique index concurrently \(clause)t_x on t (x);"
    ])
    for _ in 1...2 {
      let error = try await scratch.migrator(folder).failure()
      #expect(error.exitCode == 1)
      #expect(error.sqlState == "23505")
    }
    #expect(
      try await scratch.value("select indisvalid from pg_index where indexrelid = 't_x'::regclass") == "f")
    try await scratch.execute("delete from t; insert into t values (1)")
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(try await scratch.value("select indisvalid from pg_index where indrelid = 't'::regclass") == "t")
    #expect(events.all.contains { if case .remnantDropped(_, index: "t_x") = $0 { true } else { false } })
  }

  @Test func `an index whose name the server chooses leaves no remnant either`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      "create table t (x int, y int); create index t_x_idx on t (x); insert into t values (1, 1), (1, 1)")
    let folder = try Folder(["1_a.sql": Self.marker + "create unique index concurrently on t (x);"])
    _ = try await scratch.migrator(folder).failure()
    _ = try await scratch.migrator(folder).failure()
    try await scratch.execute("delete from t")
    _ = try await scratch.migrator(folder).migrate()
    #expect(
      try await scratch.value(
        "select array_agg(indexrelid::regclass || ' ' || indisvalid order by indexrelid) from pg_index where indrelid = 't'::regclass"
      ) == #"{"t_x_idx true","t_x_idx1 true"}"#)
  }

  @Test func `a statement that turns out to bear no transaction runs without one`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table t (x int);
      create procedure p() language plpgsql as $$
        begin for i in 1..3 loop insert into t values (i); commit; end loop; end $$;
      """)
    _ = try await scratch.migrator(Folder(["1_a.sql": Self.marker + "call p();\ncluster;"])).migrate()
    #expect(try await scratch.value("select count(*) || ' ' || count(distinct xmin::text) from t") == "3 3")
  }

  @Test
  func `settings and roles hold from statement to statement, also after a stop, and not in the history`()
    async throws
  {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      "drop role if exists muster_test_maker; create role muster_test_maker; create schema s authorization muster_test_maker"
    )
    let text =
      Self.marker + "set search_path = s;\nset role muster_test_maker;\ncreate table first (x int);\n"
    let folder = try Folder(["1_a.sql": text + "nonsense;"])
    _ = try await scratch.migrator(folder).failure()
    try folder.write("1_a.sql", text + "create table second (x int);")
    _ = try await scratch.migrator(folder).migrate()
    #expect(
      try await scratch.value(
        "select array_agg(tablename || tableowner order by tablename) from pg_tables where schemaname = 's'")
        == "{firstmuster_test_maker,secondmuster_test_maker}")
    try await scratch.execute("drop owned by muster_test_maker; drop role muster_test_maker")
  }

  @Test func `each lock that is waited for in turns leaves the statements before it done once`() async throws
  {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table busy (x int); create table t (x int)")
    try await scratch.execute("begin; select * from busy")
    let folder = try Folder([
      "1_a.sql": Self.marker
        + "-- muster: lock-timeout 100ms\ninsert into t values (1);\nalter table busy add y int;"
    ])
    _ = try await scratch.migrator(folder).migrate { event in
      if case .retrying = event { Task { try await scratch.execute("commit") } }
    }
    #expect(try await scratch.value("select count(*) from t") == "1")
  }

  @Test func `an index whose builder was killed is built anew`() async throws {
    let (scratch, other) = (try await Scratch.make(), try await Scratch.make())
    try await scratch.execute("create table t (x int); create table log (x int)")
    // An older transaction, which building an index concurrently waits for.
    try await scratch.execute("begin; insert into t values (1)")
    let folder = try Folder([
      "1_a.sql": Self.marker + "insert into log values (1);\ncreate index concurrently t_x on t (x);"
    ])
    let migrator = scratch.migrator(folder)
    let task = Task { try await migrator.failure() }
    let builder = """
      select pid from pg_stat_activity
      where datname = '\(scratch.name)' and query like 'create index concurrently%' and wait_event_type = 'Lock'
      """
    while try await other.value(builder) == nil { await Task.yield() }
    _ = try await other.value("select pg_terminate_backend((\(builder)))")
    let error = try await task.value
    #expect(error.exitCode == 1)
    #expect(error.description.contains("1 of its 2 statements are done"))
    try await scratch.execute("commit")
    #expect(
      try await scratch.value("select array_agg(state order by statement) from muster.migration_journal")
        == "{done,started}")
    _ = try await migrator.migrate()
    #expect(
      try await scratch.value("select array_agg(indisvalid) from pg_index where indrelid = 't'::regclass")
        == "{t}")
    #expect(try await scratch.value("select count(*) from log") == "1")
  }

  @Test func `an index that was built before the note of it was is not built again`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table t (x int)")
    let folder = try Folder(["1_a.sql": Self.marker + "create index concurrently t_x on t (x);\nnonsense;"])
    _ = try await scratch.migrator(folder).failure()
    try await scratch.execute("update muster.migration_journal set state = 'started'")
    try folder.write("1_a.sql", Self.marker + "create index concurrently t_x on t (x);\nselect 1;")
    _ = try await scratch.migrator(folder).migrate()
    #expect(
      try await scratch.value("select count(*) from pg_index where indrelid = 't'::regclass and indisvalid")
        == "1")
  }
}
