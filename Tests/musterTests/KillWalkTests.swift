import TestSupport
import Testing

/// Kills `muster migrate`, or the server process that works for it, at every message that it sends, and runs it again.
@Suite("killed anywhere", .serialized)
struct KillWalkTests {
  /// What is there before the migrations, made anew in a database that was walked through before.
  private static let before = """
    drop schema if exists s, muster cascade;
    create schema s;
    create table s.a (id int primary key, x int, y int, done boolean default false);
    insert into s.a select i, i, i from generate_series(1, 60) i;
    create index old_x on s.a (x);
    create table s.p (k int, v text) partition by range (k);
    create table s.p1 partition of s.p for values from (0) to (10);
    create table s.p2 partition of s.p for values from (10) to (20);
    insert into s.p values (1, 'one'), (11, 'eleven');
    create table s.made (i int primary key);
    create procedure s.commits() language plpgsql as $$
      begin
        for i in 1..3 loop insert into s.made values (i) on conflict do nothing; commit; end loop;
      end $$;
    """

  private static let files = [
    "1_plain.sql": """
    create table s.b (i int, t text);
    copy s.b from stdin;
    1\tone
    2\ttwo
    \\.
    alter table s.a add column z int default 7;
    """,
    "2_steps.sql": """
    -- muster: no-transaction
    set search_path = s;
    create table logged (i int);
    insert into logged values (1);
    create index concurrently a_x on a (x);
    create unique index concurrently if not exists a_y on a (y);
    copy logged from stdin;
    2
    \\.
    reindex (verbose) table concurrently a;
    alter table p detach partition p1 concurrently;
    vacuum a;
    -- muster: batch
    update a set done = true where id in (select id from a where not done limit 40);
    drop index concurrently old_x;
    call commits();
    select set_config('my.note', 'kept', false);
    insert into logged select 3 where current_setting('my.note') = 'kept';
    """,
    "3_after.sql": "insert into s.logged select count(*) from s.a where done;",
  ]

  /// What the comparison of catalogs leaves out: data, what is half done.
  private static let remains = """
    select string_agg(line, e'\\n' order by line) from (
      select format('%s valid %s ready %s', indexrelid::regclass, indisvalid, indisready) as line
      from pg_index where indrelid in (select oid from pg_class where relnamespace = 's'::regnamespace)
      union all
      select format('%s inherits %s %s', inhrelid::regclass, inhparent::regclass, inhdetachpending) from pg_inherits
      union all select 'a ' || a::text from s.a
      union all select 'b ' || b::text from s.b
      union all select 'p ' || p::text from s.p
      union all select 'p1 ' || p1::text from s.p1
      union all select 'made ' || made::text from s.made
      union all select 'logged ' || logged::text from s.logged
    ) lines
    """

  @Test("it comes to the same when it is run again")
  func walk() async throws {
    let folder = try Folder()
    for (name, text) in Self.files { try folder.write("migrations/\(name)", text) }
    let walk = KillWalk(command: ["migrate"], folder: folder, remains: Self.remains) {
      try await script(Self.before, in: $0)
    }
    #expect(try await walk() > 80)
  }
}
