import Migrations
import PostgresClient
import SQLText
import TestSupport
import Testing

@Suite struct TransactionalRunTests {
  @Test func `an error rolls its file back, keeps the ones before, and says where it is`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table a (x int);",
      "2_b.sql":
        "create table b (x int);\ninsert into b values (1);\n  insert into b\n\tselect '数é', nope from a;\nselect 1;",
      "3_c.sql": "create table c (x int);",
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 1)
    #expect(error.place?.position?.description == "4:15")
    #expect(error.sqlState == "42703")
    #expect(
      error.description == """
        \(folder.path)/2_b.sql:4:15: ERROR 42703: column "nope" does not exist
        4 | \tselect '数é', nope from a;
          | \t\("              ")^
        The file was rolled back: nothing of it remains. Mend it and run again.
        """)
    #expect(try await scratch.value("select array_agg(version) from muster.migration") == "{1}")
    #expect(try await scratch.value("select to_regclass('b') is null and to_regclass('c') is null") == "t")
    try folder.write("2_b.sql", "create table b (x int);")
    #expect(try await scratch.migrator(folder).migrate().applied.count == 2)
  }

  @Test func `detail, hint and context are told`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": """
      create function f() returns void language plpgsql as $$
      begin
        raise exception 'no' using detail = 'because', hint = 'do not', errcode = 'MU001';
      end $$;
      select f();
      """
    ])
    let error = try await scratch.migrator(folder).failure()
    let lines = error.description.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix("1_a.sql:5:1: ERROR MU001: no"))
    #expect(lines.contains("detail: because") && lines.contains("hint: do not"))
    #expect(lines.contains("context: PL/pgSQL function f() line 3 at RAISE"))
  }

  @Test(
    arguments: [
      ("do $$\nbegin\n  perform 1;\n  raise exception 'x';\nend $$;", "4:3"),
      ("do language plpgsql $b$ begin perform 1;\n perform 1 / 0; end $b$;", "2:2"),
      ("create table t (a int, b text);\ncopy t from stdin;\n1\ta\nx\tb\n\\.\nselect 1;", "4:1"),
      ("create table t (a int unique deferrable initially deferred);\ninsert into t values (1), (1);", nil),
      ("create function f() returns int language sql as $$\n  select 'é', 1 from nowhere\n$$;", "2:22"),
      ("select 'é' as é, (", "1:18"),
    ] as [(String, String?)])
  func `the place is found in bodies and data`(sql: String, place: String?) async throws {
    let scratch = try await Scratch.make()
    let error = try await scratch.migrator(Folder(["1_a.sql": sql])).failure()
    #expect(error.place?.position?.description == place, "\(error)")
    if place == nil { #expect(error.description.contains("while checking deferred constraints")) }
  }

  @Test func `inline COPY data is loaded`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql":
        "create table t (a int, b text);\r\ncopy t (a, b) from stdin;\r\n1\tit's; $$\r\n2\t\\N\r\n\\.\r\nupdate t set a = a + 10;"
    ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(
      try await scratch.value("select array_agg(row(a, b)::text order by a) from t")
        == #"{"(11,\"it's; $$\")","(12,)"}"#)
  }

  @Test func `a file of thousands of statements is one transaction`() async throws {
    let scratch = try await Scratch.make()
    let inserts = (1...1500).map { "insert into t values (\($0));" }.joined(separator: "\n")
    let folder = try Folder([
      "1_a.sql": "create table t (x int primary key);\n\(inserts)\ninsert into t values (7);"
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.place?.position?.line == 1502)
    #expect(try await scratch.value("select to_regclass('t') is null") == "t")
    try folder.write("1_a.sql", "create table t (x int primary key);\n\(inserts)")
    _ = try await scratch.migrator(folder).migrate()
    #expect(
      try await scratch.value("select count(*) || ' ' || count(distinct xmin::text) from t") == "1500 1")
  }

  @Test func `what a file does to its session reaches neither the next file nor the history`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("drop role if exists muster_test_reader; create role muster_test_reader")
    let folder = try Folder([
      "1_path.sql": "select pg_catalog.set_config('search_path', '', false); create table public.a (x int);",
      "2_role.sql":
        "create table b (x int); create temp table left_behind (x int); set role muster_test_reader;",
      "3_settings.sql":
        "set statement_timeout = '300ms'; set standard_conforming_strings = off; set session authorization muster_test_reader;",
      "4_prepared.sql":
        "prepare p as select 1; listen l; declare c cursor with hold for select 1; select 'a\\b';",
      "5_locks.sql": "select pg_advisory_unlock_all(); set muster.custom = 'x'",
      "6_shadow.sql":
        "create schema evil; create function evil.clock_timestamp() returns timestamptz return 'epoch'::timestamptz; set search_path = evil, public, pg_catalog",
      "7_look.sql": """
      create table found as select current_user = session_user as own_role, current_setting('search_path') as path,
        to_regclass('left_behind') is null as no_temp, (select count(*) from pg_prepared_statements) as prepared,
        (select count(*) from pg_cursors where name = 'c') as cursors, current_setting('statement_timeout') as timeout,
        current_setting('standard_conforming_strings') as strings, nullif(current_setting('muster.custom', true), '') as custom;
      """,
    ])
    #expect(try await scratch.migrator(folder).migrate().applied.count == 7)
    #expect(
      try await scratch.value("select found::text from found") == #"(t,"""$user"", public",t,0,0,0,on,)"#)
    #expect(
      try await scratch.value(
        "select count(*) from muster.migration where applied_by = 'postgres' and applied_at > now() - interval '1 hour'"
      ) == "7")
    try await scratch.execute("drop role muster_test_reader")
  }

  @Test func `what cannot be in a transaction is told how to run`() async throws {
    let scratch = try await Scratch.make()
    let error = try await scratch.migrator(Folder(["1_a.sql": "vacuum"])).failure()
    #expect(error.description.contains("put it into a file of its own with \"-- muster: no-transaction\""))
  }

  @Test func `a lock that is not to be had is waited for in turns, and its holder named`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      "create table busy (x int); set application_name = 'reader'")
    try await scratch.execute("begin; select * from busy")
    let events = Events()
    let folder = try Folder(["1_a.sql": "create table fresh (x int); alter table busy add y int;"])
    let migrator = scratch.migrator(folder) { $0.lockTimeout = Timeout(milliseconds: 700) }
    let report = try await migrator.migrate { event in
      events.hear(event)
      // The reader goes home when it hears that it was named.
      if case .blocked = event { Task { try await scratch.execute("commit") } }
    }
    #expect(report.applied.count == 1)
    let blockers = events.all.compactMap { if case .blocked(_, let blockers) = $0 { blockers } else { nil } }
      .joined()
    let blocker = try #require(blockers.first)
    #expect(blocker.processID == scratch.connection.backendProcessID)
    #expect(blocker.application == "reader" && blocker.user == "postgres" && blocker.age != nil)
    #expect(blocker.query?.contains("select * from busy") == true)
  }

  @Test func `a lock that is never to be had is given up with exit code 5`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table busy (x int)")
    try await scratch.execute("begin; select * from busy")
    let folder = try Folder(["1_a.sql": "-- muster: lock-timeout 50ms\nalter table busy add y int;"])
    let error = try await scratch.migrator(folder) { $0.retryFor = .milliseconds(300) }.failure()
    #expect(error.exitCode == 5)
    #expect(error.sqlState == "55P03")
    #expect(error.description.contains("nothing of it remains"))
  }

  @Test func `timeouts of a file hold in it and not behind it`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("alter database \(scratch.name) set statement_timeout = '40s'")
    let folder = try Folder([
      "1_a.sql":
        "-- muster: lock-timeout 7s\n-- muster: statement-timeout 1h\ncreate table a as select current_setting('lock_timeout') || current_setting('statement_timeout') as x",
      "2_b.sql":
        "create table b as select current_setting('lock_timeout') || current_setting('statement_timeout') as x",
    ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await scratch.value("select a.x || ' ' || b.x from a, b") == "7s1h 2s40s")
  }
}
