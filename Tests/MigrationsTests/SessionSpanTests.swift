import Migrations
import TestSupport
import Testing

/// A no-transaction file is taken up by another session: what lives in a session must not be missed there.
@Suite struct SessionSpanTests {
  private static let marker = "-- muster: no-transaction\n"

  /// Applies a file that fails at its end, mends it and applies it again.
  private static func interrupted(_ text: String, then end: String = "select 1;") async throws -> Scratch {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table log (x text)")
    let folder = try Folder(["1_a.sql": marker + text + "\nselect 1 / 0;"])
    let migrator = scratch.migrator(folder)
    #expect(try await migrator.failure().sqlState == "22012")
    try folder.write("1_a.sql", marker + text + "\n" + end)
    _ = try await migrator.migrate()
    return scratch
  }

  @Test(
    "what makes a temporary object and what uses it commit together",
    arguments: [
      "create temp table tmp (x int);\ninsert into tmp values (1);\ninsert into log select x from tmp;",
      "create table pg_temp.tmp (x int);\ninsert into tmp values (1);\ninsert into log select x from pg_temp.tmp;",
      "select 1 as x into temp tmp;\ndo $$ begin insert into log select x from tmp; end $$;",
      "create temporary view \"Tmp\" as select 1 as x;\ninsert into log select x from \"Tmp\";",
    ])
  func temporaryObject(text: String) async throws {
    let scratch = try await Self.interrupted(text)
    #expect(try await scratch.value("select string_agg(x, ',') from log") == "1")
  }

  @Test func `a cursor is there until its last use`() async throws {
    let scratch = try await Self.interrupted(
      "declare c cursor for select 1;\nmove c;\ninsert into log values ('c');")
    #expect(try await scratch.value("select string_agg(x, ',') from log") == "c")
  }

  @Test func `a failure before the last use leaves nothing of the temporary table's transaction`()
    async throws
  {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table log (x text)")
    let folder = try Folder([
      "1_a.sql": Self.marker
        + "create temp table tmp as select 1 as x;\ninsert into log select x from tmp;\n"
        + "select x from tmp where 1 / (x - 1) = 0;"
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.description.contains("0 of its 3 statements are done"))
    #expect(try await scratch.value("select count(*) from log") == "0")
  }

  @Test(
    "what cannot be in a transaction is refused between the two, before anything runs",
    arguments: [
      "create index concurrently log_x on log (x);", "vacuum log;",
      "-- muster: batch\nupdate log set x = 'y' where x is null;",
    ])
  func refusal(statement: String) async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table log (x text)")
    let folder = try Folder([
      "1_a.sql": Self.marker
        + "create temp table tmp (x int);\n\(statement)\ninsert into log select x from tmp;"
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("between the making of \"tmp\" in line 2 and its last use"))
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `DISCARD ALL is refused, for it would take the deployment lock away`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": Self.marker + "create table a (x int);\ndiscard all;"])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("1_a.sql:3:1: DISCARD ALL takes the deployment lock away as well"))
    #expect(try await scratch.value("select to_regclass('a') is null") == "t")
  }

  @Test func `settings, prepared statements and advisory locks are there again in the session that goes on`()
    async throws
  {
    let scratch = try await Self.interrupted(
      """
      set my.note = 'kept';
      prepare p as insert into log values ('prepared');
      create table gone (x int);
      prepare q as select x from gone;
      drop table gone;
      select pg_advisory_lock(77);
      """,
      then: """
        execute p;
        insert into log select current_setting('my.note');
        insert into log select 'locks ' || count(*) from pg_locks
        where locktype = 'advisory' and objid = 77 and pid = pg_backend_pid();
        """)
    let log = try await scratch.value("select string_agg(x, ',' order by x) from log")
    #expect(log == "kept,locks 1,prepared")
  }
}
