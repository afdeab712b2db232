import Migrations
import TestSupport
import Testing

@Suite struct ObjectDependentsTests {
  @Test func `what depends on an object from outside stops its replacement, with a list of it`() async throws
  {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int)",
      "objects/v.sql": "create view v as select x from t;\ncreate view w as select x from v;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute(
      """
      create view outside as select x from w; create view further as select x from outside;
      create function rows() returns setof v language sql as 'select * from v';
      create rule quiet as on insert to v do instead nothing;
      """)
    try folder.write(
      "objects/v.sql", "create view v as select x::text from t;\ncreate view w as select x from v;")
    let error = try await migrator.failure()
    #expect(error.exitCode == 1)
    #expect(
      error.description == """
        \(folder.path)/objects/v.sql:1:1: view public.v cannot be replaced in place (cannot change data type of view column \
        "x" from integer to text), and what no file in objects/ defines depends on it:
          view further
          view outside
          function rows()
          rule quiet on view v
        1 | create view v as select x::text from t;
          | ^
        Move those into objects/, where they are made again with it, or drop them in a migration; it runs first.
        No code object was changed: objects/ is applied in one transaction.
        """)
    #expect(
      try await scratch.value(
        "select count(*) from pg_views where viewname in ('v', 'w', 'outside', 'further')") == "4")
    try folder.write(
      "2_b.sql", "drop view further; drop view outside; drop function rows; drop rule quiet on v")
    #expect(try await migrator.migrate().objects.count == 2)
  }

  @Test func `what was removed is dropped: a file, a definition, a chain`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int)",
      "objects/1.sql": "create view low as select x from t;",
      "objects/2.sql": "create view high as select x from low;\ncreate function f() returns int return 1;",
      "objects/3.sql": "create policy p on t using (f() = 1);",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.remove("objects/1.sql")
    try folder.remove("objects/3.sql")
    try folder.write("objects/2.sql", "create view other as select 1 as x;")
    let report = try await migrator.migrate()
    #expect(
      report.objects.map(\.description).sorted() == [
        "created view public.other (objects/2.sql)", "dropped function public.f() (objects/2.sql)",
        "dropped policy p on public.t (objects/3.sql)", "dropped view public.high (objects/2.sql)",
        "dropped view public.low (objects/1.sql)",
      ])
    #expect(try await scratch.value("select array_agg(path) from muster.migration_object") == "{2.sql}")
    #expect(try await migrator.migrate().objects.isEmpty)
  }

  @Test func `what was removed and is needed outside stays, with a list of what needs it`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int)",
      "objects/f.sql": "create function f(int) returns int immutable language sql as 'select $1';",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute("alter table t add column y int default f(1); create index t_f on t (f(x))")
    try folder.remove("objects/f.sql")
    try folder.write("objects/other.sql", "create view other as select 1 x;")
    let error = try await migrator.failure()
    #expect(
      error.description == """
        objects/f.sql: function public.f(integer) was defined here, its definition is gone, and what no file in objects/ \
        defines still depends on it:
          default value for column y of table t
          index t_f
        Drop those in a migration, which runs first, or put the definition back.
        No code object was changed: objects/ is applied in one transaction.
        """)
    #expect(try await scratch.value("select to_regclass('other') is null and f(2) = 2") == "t")
  }

  @Test func `a definition that needs a removed one is shown`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "select;",
      "objects/1.sql": "create view low as select 1 as x;",
      "objects/2.sql": "create view high as\n  select x from low;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.remove("objects/1.sql")
    let error = try await migrator.failure()
    #expect(
      error.description.hasPrefix(
        "\(folder.path)/objects/2.sql:2:17: ERROR 42P01: relation \"low\" does not exist"), "\(error)")
    #expect(try await scratch.value("select x from high") == "1")
  }

  @Test func `without the folder nothing is dropped, and an empty one drops everything`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "select;", "objects/1.sql": "create view v as select 1 as x;"])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.remove("objects")
    let events = Events()
    #expect(try await migrator.migrate(events.hear).objects.isEmpty)
    #expect(events.all.contains { if case .objectsUnknown(["1.sql"]) = $0 { true } else { false } })
    try folder.write("objects/README.md", "Nothing here")
    #expect(try await migrator.migrate().objects.map(\.verb) == [.dropped])
  }

  @Test func `what was there before is taken over where it can be replaced`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": """
      create table t (x int);
      create function f() returns int language sql as 'select 1';
      create function tf() returns trigger language plpgsql as $$ begin return null; end $$;
      create view v as select x from t;
      create trigger tg after insert on t execute function tf();
      create policy p on t using (true);
      grant select on v to public;
      """,
      "objects/a.sql": """
      create function f() returns int language sql as 'select 2';
      create view v as select x, 1 as more from t;
      create trigger tg after delete on t execute function tf();
      create policy p on t for select using (x = 1);
      """,
    ])
    let report = try await scratch.migrator(folder).migrate()
    #expect(
      report.objects.map(\.verb).sorted { $0.rawValue < $1.rawValue } == [
        .recreated, .replaced, .replaced, .replaced,
      ])
    #expect(try await scratch.value("select f()") == "2")
    #expect(try await scratch.value("select polcmd from pg_policy") == "r")
    #expect(
      try await scratch.value(
        "select relacl::text like '%{=r/%' or relacl::text like '%,=r/%' from pg_class where relname = 'v'")
        == "t")
  }

  @Test(
    arguments: [
      (
        "create function o() returns int language sql as 'select 1'",
        "create function o() returns text language sql as $$ select 'x' $$;",
        "drop function public.o()"
      ),
      ("create view o as select 1 as x", "create view o as select 'text' as x;", "drop view public.o"),
      (
        "create materialized view o as select 1 as x", "create materialized view o as select 1 as x;",
        "drop materialized view public.o"
      ),
      ("create table o (x int)", "create view o as select 1 as x;", "drop table public.o"),
    ])
  func `what was there before and cannot be replaced is explained`(
    there: String, wanted: String, drop: String
  ) async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": there, "objects/a.sql": wanted])
    let migrator = scratch.migrator(folder)
    let error = try await migrator.failure()
    #expect(error.exitCode == 1)
    #expect(
      error.description.contains("objects/a.sql:1:1: ") && error.description.contains("is there already"),
      "\(error)")
    #expect(error.description.contains("(\"\(drop)\")"), "\(error)")
    try folder.write("2_b.sql", drop)
    #expect(try await migrator.migrate().objects.count == 1)
  }

  @Test func `what belongs to an extension is not touched`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": """
      create function digest(text, text) returns bytea language sql as 'select null::bytea';
      alter extension plpgsql add function digest(text, text);
      """,
      "objects/a.sql":
        "create function digest(text, text) returns bytea language sql as 'select null::bytea';",
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(
      error.description.contains(
        "function public.digest(pg_catalog.text,pg_catalog.text) belongs to extension plpgsql"), "\(error)")
  }
}
