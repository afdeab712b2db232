import Migrations
import PostgresClient
import TestSupport
import Testing

/// What one file does to the session reaches neither the next file nor the history.
@Suite struct HygieneTests {
  private static let marker = "-- muster: no-transaction\n"

  private static let look = """
    create table public.found as select current_user = session_user as own_role, current_setting('search_path') as path,
      to_regclass('left_behind') is null as no_temp, (select count(*) from pg_prepared_statements) as prepared,
      (select count(*) from pg_cursors where name = 'c') as cursors, current_setting('statement_timeout') as timeout,
      (select count(*) from pg_listening_channels()) as channels, nullif(current_setting('muster.custom', true), '') as custom,
      (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid <> 1701969921) as locks;
    """

  @Test(arguments: ["", marker])
  func `a session is clean before each file, whatever the one before did`(head: String) async throws {
    let scratch = try await Scratch.make()
    let role = "\(scratch.name)_reader"
    try await scratch.execute("create role \(role)")
    let folder = try Folder([
      "1_mess.sql": head + """
        create temp table left_behind (x int);
        prepare p as select 1;
        listen l;
        declare c cursor with hold for select 1;
        select pg_advisory_lock(42), pg_advisory_lock(42), pg_advisory_lock_shared(7, 7);
        set muster.custom = 'x';
        set search_path = nowhere;
        set statement_timeout = '1h';
        set session authorization \(role);
        """,
      "2_look.sql": Self.marker + Self.look,
    ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(
      try await scratch.value("select found::text from found") == #"(t,"""$user"", public",t,0,0,0,0,,0)"#)
    #expect(
      try await scratch.value("select array_agg(distinct applied_by) from muster.migration") == "{postgres}")
    try await scratch.execute("drop role \(role)")
  }

  @Test func `no advisory lock is left when the run is over`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "select pg_advisory_lock(42);",
      "2_b.sql": Self.marker + "select 1;\nselect pg_advisory_lock(43);",
    ])
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(!events.all.contains { if case .lockLost = $0 { true } else { false } })
    #expect(
      try await scratch.value(
        "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
      ) == "0")
  }

  @Test(arguments: ["", marker])
  func `who logs in and acts as another role by default does so in each file, and in the history`(
    head: String
  ) async throws {
    let scratch = try await Scratch.make()
    let (owner, deployer) = ("\(scratch.name)_owner", "\(scratch.name)_deployer")
    try await scratch.execute(
      """
      create role \(owner); create role \(deployer) login noinherit in role \(owner);
      alter role \(deployer) set role = '\(owner)'; grant create on database \(scratch.name) to \(owner);
      grant create on schema public to \(owner);
      """)
    let folder = try Folder([
      "1_a.sql": head + "create table a (x int); set role \(deployer);",
      "2_b.sql": head + "create table b (x int); set session authorization default;",
      "3_c.sql": head + "create table c (x int);",
    ])
    let migrator = Migrator(scratch.settings.with("user", deployer), directory: folder.path)
    #expect(try await migrator.migrate().applied.count == 3)
    #expect(
      try await scratch.value(
        "select array_agg(distinct tableowner) from pg_tables where schemaname in ('public', 'muster')")
        == "{\(owner)}")
    try await scratch.execute("drop owned by \(owner), \(deployer); drop role \(owner), \(deployer)")
  }

  @Test func `the isolation of a transaction can be set where it begins`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql":
        "set transaction isolation level serializable;\ncreate table a as select current_setting('transaction_isolation') as i;"
    ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await scratch.value("select i from a") == "serializable")
  }

  @Test func `transaction control is refused before anything runs, also where a file includes it`()
    async throws
  {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table a (x int);",
      "2_b.sql": "create table b (x int);\n\\ir parts/end.sql\n",
    ])
    try folder.write("parts/end.sql", "select 1;\n  commit;\n")
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("parts/end.sql:2:3: COMMIT in a file"))
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `a variable cannot smuggle transaction control in`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "\\set what commit\ncreate table a (x int);\n:what;\n"])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("COMMIT in a file"))
    #expect(try await scratch.value("select to_regclass('a') is null") == "t")
  }

  @Test func `a procedure that commits on its own leaves the history to the runner`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table t (x int);
      create procedure fails_midway() language plpgsql as $$
        begin insert into t values (1); commit; insert into t values (2); perform 1 / (select count(*) - 2 from t); end $$;
      """)
    let folder = try Folder(["1_a.sql": Self.marker + "call fails_midway();"])
    let migrator = scratch.migrator(folder)
    #expect(try await migrator.failure().sqlState == "22012")
    #expect(try await scratch.value("select count(*) from t") == "1")
    let events = Events()
    _ = try await migrator.migrate(events.hear)
    #expect(events.all.contains { if case .runningAgain(_, number: 1) = $0 { true } else { false } })
    #expect(try await scratch.value("select count(*) from t") == "3")
  }
}
