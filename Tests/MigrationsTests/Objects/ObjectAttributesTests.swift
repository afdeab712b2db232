import Migrations
import TestSupport
import Testing

@Suite struct ObjectAttributesTests {
  private static let views = [
    "1_a.sql": "create table t (id int, note text); insert into t values (1, 'x');",
    "objects/1.sql": "create view low with (security_invoker = true) as select id as n, note from t;",
    "objects/2.sql": "create view middle as select n + 1 as n, note from low;",
    "objects/3.sql":
      "create view high with (security_barrier) as select n, note from middle; comment on view high is 'high';",
    "objects/4.sql":
      "create materialized view cache as select n from high; create index cache_n on cache (n);",
    "objects/5.sql": """
    create function shy() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger shy instead of insert on high for each row execute function shy();
    """,
  ]

  /// Everything of the relations that is not their definition.
  private static let attributes = """
    select string_agg(x, E'\\n' order by x) from (
      select concat_ws(' ', relname, pg_get_userbyid(relowner),
        (select array_agg(o order by o) from unnest(reloptions) o),
        (select array_agg(a::text order by a::text) from unnest(coalesce(relacl, acldefault('r', relowner))) a), obj_description(oid, 'pg_class')) as x
      from pg_class where relname in ('low', 'middle', 'high', 'cache')
      union all
      select concat_ws(' ', attrelid::regclass, attname, (select array_agg(a::text order by a::text) from unnest(attacl) a),
        col_description(attrelid, attnum), pg_get_expr(adbin, adrelid))
      from pg_attribute left join pg_attrdef on (adrelid, adnum) = (attrelid, attnum)
      where attrelid in ('low'::regclass, 'middle'::regclass, 'high'::regclass, 'cache'::regclass) and attnum > 0
      union all
      select concat_ws(' ', tgname, tgenabled, obj_description(oid, 'pg_trigger')) from pg_trigger where tgname = 'shy'
    ) s
    """

  @Test
  func `a chain of views with another column type is made again, and keeps what was given it elsewhere`()
    async throws
  {
    let scratch = try await Scratch.make()
    let role = "objects_\(scratch.name)"
    let folder = try Folder(Self.views)
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute(
      """
      create role \(role); create role \(role)_owner;
      grant select, update on high to \(role) with grant option; grant select on middle to public;
      revoke select on high from postgres;
      grant select (note), insert (n) on middle to \(role);
      alter view middle set (security_invoker = true, security_barrier = false);
      alter view high set (check_option = cascaded);
      alter view high alter column note set default 'quiet''ly';
      comment on column high.n is 'it''s n'; comment on view middle is E'mid\\\\dle'; comment on trigger shy on high is 'shy';
      alter materialized view cache owner to \(role)_owner; grant select on cache to \(role);
      alter materialized view cache set (fillfactor = 50);
      alter default privileges grant all on tables to public;
      """)
    let before = try await scratch.value(Self.attributes)
    try folder.write(
      "objects/1.sql",
      "create view low with (security_invoker = true) as select id::text || '!' as n, note from t;")
    try folder.write("objects/2.sql", "create view middle as select n || '?' as n, note from low;")
    let report = try await migrator.migrate()
    #expect(report.objects.count == 6)
    #expect(try await scratch.value("select n from high") == "1!?")
    #expect(try await scratch.value("select n from cache") == "1!?")
    #expect(try await scratch.value("select to_regclass('cache_n') is not null") == "t")
    let after = try await scratch.value(Self.attributes)
    #expect(after == before)
    try await scratch.execute(
      "drop owned by \(role), \(role)_owner; drop role \(role); drop role \(role)_owner")
  }

  @Test func `replacing in place keeps options set elsewhere, and gives up those that the file gives up`()
    async throws
  {
    let scratch = try await Scratch.make()
    let folder = try Folder(Self.views)
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute(
      "alter view low set (security_barrier = true); alter view middle set (security_invoker = true)")
    try folder.write("objects/1.sql", "create view low as select id as n, note from t where id > 0;")
    try folder.write("objects/2.sql", "create view middle as select n + 2 as n, note from low;")
    #expect(Set(try await migrator.migrate().objects.map(\.verb)) == [.replaced])
    let options =
      "select string_agg(relname || reloptions::text, ' ' order by relname) from pg_class where relkind = 'v'"
    #expect(
      try await scratch.value(options + " and relnamespace = 'public'::regnamespace")
        == "high{security_barrier=true} low{security_barrier=true} middle{security_invoker=true}")
  }

  @Test func `views that say select * get a new column, in whichever way`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (id int, note text)",
      "objects/1.sql": "create view low as select id from t;",
      "objects/2.sql": "create view middle as select *, 1 as one from low;",
      "objects/3.sql": "create view high as select * from middle;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try folder.write("objects/1.sql", "create view low as select id, note from t;")
    let report = try await migrator.migrate()
    #expect(report.objects.map { $0.object.name }.sorted() == ["public.high", "public.low", "public.middle"])
    let columns =
      "select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = 'high'::regclass"
    #expect(try await scratch.value(columns) == "id,note,one")
  }

  @Test func `a grant or a comment alone is told, and leaves the definition as it is`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int);",
      "objects/v.sql": """
      create view v as select x from t;
      create view w as select x from t;
      grant select on v to public;
      comment on view w is 'w';
      """,
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    let rows = "select string_agg(xmin::text, ' ' order by relname) from pg_class where relname in ('v', 'w')"
    let before = try await scratch.value(rows)
    try folder.write(
      "objects/v.sql",
      """
      -- A remark is no change.
      create view v as select x from t;
      create view w as select x from t;
      grant select on v to public;
      comment on view w is 'w';
      """)
    #expect(try await migrator.migrate().objects == [])
    #expect(try await scratch.value(rows) == before)
    try folder.write(
      "objects/v.sql",
      """
      create view v as select x from t;
      create view w as select x from t;
      comment on view w is 'another';
      """)
    #expect(
      try await migrator.migrate().objects.map(\.description) == [
        "adjusted view public.v (objects/v.sql)", "adjusted view public.w (objects/v.sql)",
      ])
    #expect(try await scratch.value("select has_table_privilege('public', 'v', 'select')") == "f")
    #expect(try await scratch.value("select obj_description('w'::regclass)") == "another")
  }

  @Test func `a function that is dropped and made again keeps its grants, owner and comment`() async throws {
    let scratch = try await Scratch.make()
    let role = "objects_\(scratch.name)"
    let folder = try Folder([
      "1_a.sql": "select;", "objects/f.sql": "create function f(a int) returns int return a;",
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute(
      """
      create role \(role); revoke all on function f from public; grant execute on function f to \(role);
      alter function f owner to \(role); comment on function f is 'kept'; alter default privileges grant execute on functions to public;
      """)
    let state =
      "select concat_ws(' ', pg_get_userbyid(proowner), proacl::text, obj_description(oid)) from pg_proc where proname = 'f'"
    let before = try await scratch.value(state)
    try folder.write("objects/f.sql", "create function f(a int) returns bigint return a;")
    #expect(try await migrator.migrate().objects.map(\.verb) == [.recreated])
    #expect(try await scratch.value(state) == before)
    // What the file itself says comes last.
    try folder.write(
      "objects/f.sql",
      "create function f(a int) returns int return a; grant execute on function f(int) to public;")
    _ = try await migrator.migrate()
    #expect(try await scratch.value("select has_function_privilege('public', 'f(int)', 'execute')") == "t")
    try await scratch.execute("drop owned by \(role); drop role \(role)")
  }

  @Test(
    arguments: [
      ("create trigger tg after insert on t execute function noop();", ObjectChange.Verb.replaced),
      ("create or replace trigger tg after insert on t execute function noop();", .replaced),
      (
        "create constraint trigger tg after insert on t deferrable for each row execute function noop();",
        .recreated
      ),
    ])
  func `a trigger keeps when it fires`(sql: String, verb: ObjectChange.Verb) async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": """
      create table t (x int);
      create function noop() returns trigger language plpgsql as $$ begin return null; end $$;
      """,
      "objects/tg.sql": sql,
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute("alter table t enable always trigger tg; comment on trigger tg on t is 'kept'")
    try folder.write("objects/tg.sql", sql.replacing("insert", with: "delete"))
    #expect(try await migrator.migrate().objects.map(\.verb) == [verb])
    #expect(
      try await scratch.value(
        "select concat(tgenabled, tgtype & 8 <> 0, obj_description(oid)) from pg_trigger where tgname = 'tg'")
        == "Atkept")
  }

  @Test func `a grant or a comment that a file no longer has is taken back, and one made elsewhere stays`()
    async throws
  {
    let scratch = try await Scratch.make()
    let role = "objects_\(scratch.name)"
    try await scratch.execute("create role \(role)_a; create role \(role)_b")
    let definition = "create view v as select 1 as x, 2 as y;\n"
    let folder = try Folder([
      "1_a.sql": "select;",
      "objects/v.sql": definition + """
        grant select (x), update (y) on v to \(role)_a, \(role)_b with grant option;
        grant select on table v to \(role)_a;
        comment on column v.x is 'is what it is';
        """,
    ])
    let migrator = scratch.migrator(folder)
    _ = try await migrator.migrate()
    try await scratch.execute("grant select on v to \(role)_b")
    try folder.write("objects/v.sql", definition + "grant select on table v to \(role)_a;")
    _ = try await migrator.migrate()
    let state = """
      select concat_ws(' ', has_table_privilege('\(role)_a', 'v', 'select'), has_table_privilege('\(role)_b', 'v', 'select'),
        has_column_privilege('\(role)_a', 'v', 'y', 'update'), coalesce(col_description('v'::regclass, 1), 'none'))
      """
    #expect(try await scratch.value(state) == "t t f none")
    try folder.write("objects/v.sql", definition)
    _ = try await migrator.migrate()
    #expect(try await scratch.value(state) == "f t f none")
    try await scratch.execute("drop owned by \(role)_a, \(role)_b; drop role \(role)_a; drop role \(role)_b")
  }
}
