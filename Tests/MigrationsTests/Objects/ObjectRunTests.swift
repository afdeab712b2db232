import Migrations
import PostgresClient
import SQLText
import TemporaryCluster
import TestSupport
import Testing

@Suite struct ObjectRunTests {
  @Test func `objects are made in the order they need, whatever their files are called`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (id int, note text); create schema app;",
      "objects/1_top.sql": "create view top as select * from middle;",
      "objects/2_middle.sql": "create view middle as select doubled(id) as n, note from t;",
      "objects/3_functions.sql": """
      create function doubled(x int) returns int language sql as $$ select public.add(x, x) $$;
      create function add(a int, b int) returns int language sql immutable return a + b;
      create function stamp() returns trigger language plpgsql as $$ begin new.note := 'stamped'; return new; end $$;
      """,
      "objects/4_triggers.sql":
        "create trigger stamp before insert on t for each row execute function stamp();",
      "objects/5_policies.sql": """
      create policy mine on t for select using (add(id, 0) > 0);
      alter table t enable row level security;
      """,
      "objects/6_cache.sql": """
      create materialized view app.cache as select n from top;
      create unique index cache_n on app.cache (n);
      comment on materialized view app.cache is 'cached';
      """,
      "objects/7_procedure.sql":
        "create procedure p(inout x int) language plpgsql as $$ begin x := 1; end $$;",
    ])
    let report = try await scratch.migrator(folder).migrate()
    #expect(report.objects.count == 10)
    #expect(report.objects.allSatisfy { $0.verb == .created })
    try await scratch.execute("insert into t values (4, 'x'); refresh materialized view app.cache")
    #expect(try await scratch.value("select n from app.cache") == "8")
    #expect(try await scratch.value("select note from t") == "stamped")
    #expect(try await scratch.value("select relrowsecurity from pg_class where relname = 't'") == "t")
    #expect(try await scratch.value("select count(*) from muster.migration_object") == "7")
  }

  @Test func `an unchanged set runs no DDL, takes no lock and writes nothing`() async throws {
    // A cluster of its own: nobody else moves its WAL or takes a transaction id.
    let cluster = try await TemporaryCluster.start(
      .init(settings: [
        "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "checkpoint_timeout": "1h",
      ]))
    let scratch = Scratch(
      settings: cluster.settings, connection: try await PostgresConnection.connect(cluster.settings))
    let folder = try Folder([
      "1_a.sql": "create table t (x int)",
      "objects/v.sql": "create view v as select x from t; grant select on v to public;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    // Line endings alone are no change.
    try folder.write("objects/v.sql", "create view v as select x from t; grant select on v to public;\r\n")
    let state = "select pg_current_wal_insert_lsn() || ' ' || pg_snapshot_xmax(pg_current_snapshot())"
    // Whoever would want the deployment lock would wait for ever here.
    // Where pages have checksums, as they have by default since 18, the first to read a row that was just written may write.
    try await scratch.execute("vacuum")
    try await scratch.execute("checkpoint; select pg_advisory_lock(\(0x6D75_7374_6572_0001))")
    let before = try await scratch.value(state)
    let report = try await migrator.migrate()
    #expect(report.objects.isEmpty && report.applied.isEmpty)
    #expect(try await scratch.value(state) == before)
    await cluster.stop()
  }

  @Test func `a changed function keeps its identity, and what depends on it`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int); insert into t values (1);",
      "objects/f.sql": "create function f(x int) returns int language sql immutable as 'select x + 1';",
      "objects/other.sql": "create function g() returns int language sql as 'select 1';",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    // What depends on it is not ours, and has no need to know.
    try await scratch.execute("create view outside as select f(x) from t; create index on t (f(x))")
    let oid = try await scratch.value("select 'f'::regproc::oid")
    try folder.write(
      "objects/f.sql", "create function f(x int) returns int language sql immutable as 'select x + 2';")
    let report = try await migrator.migrate()
    #expect(report.objects.map(\.description) == ["replaced function public.f(integer) (objects/f.sql)"])
    #expect(try await scratch.value("select f(1)") == "3")
    #expect(try await scratch.value("select 'f'::regproc::oid") == oid)
    #expect(
      try await scratch.value("select sql like '%x + 2%' from muster.migration_object where path = 'f.sql'")
        == "t")
  }

  @Test func `of a changed file only the definitions that changed are made again`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int); alter table t enable row level security;",
      "objects/t.sql": """
      create function f() returns int return 1;
      create policy one on t using (x > f());
      create policy two on t using (x > 2);
      comment on policy two on t is 'two';
      """,
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    let oid = try await scratch.value("select oid from pg_policy where polname = 'two'")
    try folder.write(
      "objects/t.sql",
      """
      create function f() returns int return 1;
      create policy one on t using (x > f() + 1);
      create policy two on t using (x > 2);
      comment on policy two on t is 'two';
      """)
    let report = try await migrator.migrate()
    #expect(report.objects.map(\.description) == ["recreated policy one on public.t (objects/t.sql)"])
    #expect(try await scratch.value("select oid from pg_policy where polname = 'two'") == oid)
  }

  @Test func `a definition with another variable, or that loses a setting, is made again`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "select;",
      "objects/f.sql": "\\set one 1\ncreate function f() returns int return :one;",
      "objects/g.sql": """
      create function g() returns int language sql as 'select 1';
      alter function g() security definer;
      """,
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.write("objects/f.sql", "\\set one 2\ncreate function f() returns int return :one;")
    try folder.write("objects/g.sql", "create function g() returns int language sql as 'select 1';")
    #expect(try await migrator.migrate().objects.count == 2)
    #expect(try await scratch.value("select f()") == "2")
    #expect(try await scratch.value("select prosecdef from pg_proc where proname = 'g'") == "f")
  }

  @Test func `overloads are kept apart, and one whose arguments change takes the place of the other`()
    async throws
  {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "select;",
      "objects/f.sql": """
      create function f(int) returns text language sql as $$ select 'int' $$;
      create function f(text) returns text language sql as $$ select 'text' $$;
      create view uses as select f(1) as a, f('x'::text) as b;
      """,
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.write(
      "objects/f.sql",
      """
      create function f(int, scale int default 1) returns text language sql as $$ select 'two' $$;
      create function f(text) returns text language sql as $$ select 'text' $$;
      create view uses as select f(1) as a, f('x'::text) as b;
      """)
    let report = try await migrator.migrate()
    #expect(report.objects.contains { $0.verb == .dropped && $0.object.name == "public.f(integer)" })
    #expect(try await scratch.value("select a || ' ' || b from uses") == "two text")
    #expect(
      try await scratch.value(
        "select string_agg(oid::regprocedure::text, ' ' order by oid::regprocedure::text) from pg_proc where proname = 'f'"
      )
        == "f(integer,integer) f(text)")
  }

  @Test func `another result type, argument name or kind drops and makes again, with all that depends on it`()
    async throws
  {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int); insert into t values (1)",
      "objects/f.sql": "create function f(a int) returns int language sql immutable as 'select a';",
      "objects/g.sql": "create function g(b int) returns int language sql begin atomic select f(b); end;",
      "objects/p.sql": "create policy only_f on t using (f(x) > 0);",
      "objects/v.sql": "create view v as select g(x) as y from t;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.write(
      "objects/f.sql",
      "create function f(renamed int) returns bigint language sql immutable as 'select renamed';")
    try folder.write(
      "objects/g.sql", "create function g(b int) returns bigint language sql begin atomic select f(b); end;")
    let report = try await migrator.migrate()
    #expect(
      report.objects.map(\.description).sorted() == [
        "recreated function public.f(integer) (objects/f.sql)",
        "recreated function public.g(integer) (objects/g.sql)",
        "recreated policy only_f on public.t (objects/p.sql)", "recreated view public.v (objects/v.sql)",
      ])
    #expect(try await scratch.value("select pg_typeof(y) from v") == "bigint")
    #expect(try await scratch.value("select count(*) from pg_policy") == "1")
    try folder.write("objects/f.sql", "create procedure f(renamed int) language sql as 'select renamed';")
    let error = try await migrator.failure()
    #expect(error.description.contains("objects/g.sql:1:"), "\(error)")
    #expect(try await scratch.value("select g(4)") == "4")
  }

  @Test func `a broken body leaves everything as it was, and is shown where it is`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int)",
      "objects/a.sql": "create view a as select x from t;",
      "objects/f.sql": "create function f() returns int language sql as $$ select 1 $$;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.write("2_b.sql", "alter table t add y int")
    try folder.write("objects/a.sql", "create view a as select x, y from t;")
    try folder.write(
      "objects/f.sql",
      """
      -- é
      create function f() returns int language plpgsql as $$
      begin
        retrun 1;
      end $$;
      """)
    let error = try await migrator.failure()
    #expect(error.exitCode == 1)
    #expect(
      error.description.hasPrefix(
        "\(folder.path)/objects/f.sql:4:3: ERROR 42601: syntax error at or near \"retrun\"\n4 |   retrun 1;\n  |   ^\n"
      ),
      "\(error)")
    #expect(
      error.description.hasSuffix(
        "No code object was changed: objects/ is applied in one transaction. Mend it and run again."))
    // The migration before it stands, as any file before one that fails.
    #expect(try await scratch.value("select count(*) from muster.migration") == "2")
    #expect(
      try await scratch.value("select count(*) from pg_attribute where attrelid = 'a'::regclass") == "1")
    #expect(try await scratch.value("select count(*) from muster.migration_object") == "2")
    #expect(try await scratch.value("select f()") == "1")
  }

  @Test(
    arguments: [
      ("create view v as select nope from t;", "1:25", "42703"),
      ("create or replace view v as select nope from t;", "1:36", "42703"),
      ("create view v as select 1 from nowhere;", "1:32", "42P01"),
      ("create function f() returns int language sql as $$\n  select missing(1)\n$$;", "2:10", "42883"),
      ("create view v as select 1;\ngrant select on v to nobody_here;", "2:1", "42704"),
      ("create view first as select * from v;\ncreate view v as select 1 from nowhere;", "2:32", "42P01"),
    ])
  func `what never can be made is told by file, line and column`(sql: String, place: String, code: String)
    async throws
  {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "create table t (x int)", "objects/a.sql": sql])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.place?.position?.description == place, "\(error)")
    #expect(error.sqlState == code)
    #expect(try await scratch.value("select count(*) from muster.migration_object") == "0")
  }

  @Test func `a name longer than the server's is cut off as it does, and folded as it does`() async throws {
    let scratch = try await Scratch.make()
    let long = String(repeating: "ö", count: 40)
    func files(_ one: Int) -> [String: String] {
      [
        "objects/f.sql": """
        create function Über\(long)(x int) returns int language sql immutable return x + \(one);
        comment on function Über\(long)(int) is 'long';
        """,
        "objects/v.sql": "create view \"V\(long)\" as select Über\(long)(x) as x from t where x <> \(one);",
        "objects/p.sql": "create policy \"Users may \(long)\" on t using (x = \(one));",
      ]
    }
    let folder = try Folder(files(1).merging(["1_a.sql": "create table t (x int);"]) { $1 })
    let migrator = scratch.migrator(folder)
    #expect(try await migrator.migrate().objects.map(\.verb) == [.created, .created, .created])
    for (name, text) in files(2) { try folder.write(name, text) }
    #expect(
      try await migrator.migrate().objects.map(\.verb.rawValue).sorted() == [
        "recreated", "replaced", "replaced",
      ])
    for name in files(2).keys { try folder.remove(name) }
    try folder.write("objects/other.sql", "create view other as select 1 as x;")
    #expect(try await migrator.migrate().objects.count == 4)
  }

  @Test func `jobs are scheduled, rescheduled and taken back`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "-- muster: requires-extension muster\nselect;",
      "objects/jobs.sql": "select muster.schedule('nightly', '0 1 * * *', 'select 1');",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    #expect(try await scratch.value("select schedule from muster.job where name = 'nightly'") == "0 1 * * *")
    try folder.write("objects/jobs.sql", "select muster.schedule('nightly', '0 2 * * *', 'select 1');")
    let report = try await migrator.migrate()
    #expect(report.objects.map(\.description) == ["replaced job muster.nightly (objects/jobs.sql)"])
    #expect(try await scratch.value("select schedule from muster.job where name = 'nightly'") == "0 2 * * *")
    try folder.remove("objects/jobs.sql")
    #expect(try await migrator.migrate().objects.map(\.verb) == [.dropped])
    #expect(try await scratch.value("select count(*) from muster.job") == "0")
  }
}
