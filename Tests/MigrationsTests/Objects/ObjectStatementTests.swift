import Migrations
import Testing

@Suite struct ObjectStatementTests {
  @Test(
    arguments: [
      ("create function f() returns int return 1", "function f()"),
      ("CREATE OR REPLACE FUNCTION Public.\"F g\"(int) returns int", "function public.F g(int)"),
      ("create function f(a int, b text default 'x', out c int)", "function f(int, text)"),
      (
        "create function f(a numeric(10, 2) = 1, inout b double precision)",
        "function f(numeric, double precision)"
      ),
      ("create function f(in a timestamp(3) with time zone)", "function f(timestamp with time zone)"),
      ("create function f(a in int, variadic b text[])", "function f(int, text[])"),
      (
        "create function f(character varying, a character varying(3))",
        "function f(character varying, character varying)"
      ),
      (
        "create function f(a app.mood, \"b\" \"app\".\"Mood\"[], app.mood)",
        "function f(app.mood, \"app\".\"Mood\"[], app.mood)"
      ),
      ("create function f(a integer array[4], b int[][])", "function f(integer array[4], int[][])"),
      (
        "create function f(double double precision, double precision)",
        "function f(double precision, double precision)"
      ),
      ("create /* so */ procedure p(a int) language sql as ''", "procedure p(int)"),
      ("create view a.v (x, y) with (security_invoker = true) as select 1", "view a.v"),
      ("create or replace recursive view v (n) as select 1", "view v"),
      ("create materialized view m as select 1 with no data", "materialized view m"),
      ("create unique index i on a.m (x)", "index i on a.m"),
      (
        "create trigger t before insert or update of a, b on public.x execute function f()",
        "trigger t on public.x"
      ),
      ("create constraint trigger t after insert on x execute function f()", "trigger t on x"),
      ("create policy \"Own rows\" on only public.x using (true)", "policy Own rows on public.x"),
      (
        "create policy counts on muster.live_count for select using (true)",
        "policy counts on muster.live_count"
      ),
      ("select muster.schedule('nightly', '0 1 * * *', $$select 1$$)", "job muster.nightly"),
      ("select cron.schedule(schedule => '* * * * *', job_name => 'it''s', command => 'x')", "job cron.it's"),
    ])
  func `a definition is known by its kind, its name and its arguments`(sql: String, reference: String) throws
  {
    guard case .definition(let found, _) = try ObjectStatement(sql) else {
      Issue.record("\(sql) is no definition")
      return
    }
    #expect(found.description == reference)
  }

  @Test func `a definition says how it can be replaced`() throws {
    guard
      case .definition(_, let view) = try ObjectStatement(
        "create view v with (security_invoker, security_barrier = off) as select 1"),
      case .definition(_, let trigger) = try ObjectStatement(
        "create constraint trigger t after insert on x execute function f()"),
      case .definition(_, let replaced) = try ObjectStatement(
        "create or replace function f() returns int return 1")
    else {
      Issue.record("no definitions")
      return
    }
    #expect(view.options == ["security_invoker", "security_barrier"] && view.lacksReplace)
    #expect(trigger.isConstraintTrigger)
    #expect(!replaced.lacksReplace)
  }

  @Test(
    arguments: [
      ("create table t (x int)", "CREATE TABLE"),
      ("insert into t values (1)", "INSERT"),
      ("with x as (select 1) delete from t", "WITH"),
      ("do $$ begin end $$", "DO"),
      ("set search_path = x", "SET"),
      ("select 1", "only a call of muster.schedule"),
      ("select f(), muster.schedule('a', 'b', 'c')", "only a call of muster.schedule"),
      ("select muster.schedule('a' || 'b', 'b', 'c') from t", "only a call of muster.schedule"),
      ("select muster.schedule(current_user, 'b', 'c')", "plain string"),
      ("create temp view v as select 1", "CREATE TEMP"),
      ("create materialized view if not exists m as select 1", "IF NOT EXISTS"),
      ("create index on m (x)", "a name"),
      ("create index concurrently i on m (x)", "CONCURRENTLY"),
      ("create function f(a t.c%type) returns int", "%TYPE"),
      ("create function muster.f() returns int", "Muster's own"),
      ("create policy p on muster.migration using (true)", "Muster's own"),
      ("create trigger t after insert on muster.migration_object execute function f()", "Muster's own"),
      ("alter table t add column x int", "row level security"),
      ("alter table t enable row level security, add column x int", "row level security"),
      ("alter view v rename to w", "called"),
      ("alter function f() set schema x", "called"),
      ("alter policy p on t using (true)", "policy itself"),
      ("grant select on all tables in schema public to x", "by name"),
      ("grant usage on schema app to x", "no code object"),
      ("grant admin to x", "of a role"),
      ("comment on table t is ''", "no code object"),
      ("drop view v", "DROP"),
      ("refresh materialized view m", "REFRESH"),
    ])
  func `what is no code object is refused`(sql: String, reason: String) {
    let refusal = #expect(throws: ObjectStatement.Refusal.self) { try ObjectStatement(sql) }
    #expect(refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")")
  }

  @Test(
    arguments: [
      "comment on function f(int) is 'x'", "comment on column app.v.x is 'x'",
      "comment on trigger t on app.x is ''",
      "grant select (a, b), update on v, app.w to x with grant option",
      "revoke all on function f(int), g(text, text) from public", "alter view v owner to x",
      "alter function f(int) set search_path = ''",
      "alter table only app.x enable row level security, force row level security",
      "alter table x enable always trigger t", "alter materialized view m set (fillfactor = 50)",
    ])
  func `comments, grants and settings stand beside definitions`(sql: String) throws {
    guard case .attachment = try ObjectStatement(sql) else {
      Issue.record("\(sql) is no attachment")
      return
    }
  }
}
