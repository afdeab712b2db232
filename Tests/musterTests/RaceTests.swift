import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

/// Whole pipelines at once.
@Suite("runners at once")
struct RaceTests {
  private static func together(
    _ count: Int, _ arguments: [String], _ database: ConnectionSettings, _ folder: Folder
  ) async throws -> [ToolResult] {
    try await withThrowingTaskGroup(of: ToolResult.self) { group in
      for _ in 1...count {
        group.addTask {
          try await muster(
            with: arguments, environment: ["DATABASE_URL": database.conninfo], folder: folder.path)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  @Test("twenty with hooks, code objects, batches and indexes all succeed, and each thing is done once")
  func twenty() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    try await script(
      """
      create table log (what text);
      create table counted (i int primary key, times int not null default 0);
      insert into counted select i from generate_series(1, 10) i;
      create index counted_times on counted (times);
      """, in: database)
    let folder = try Folder([
      "migrations/1_a.sql": "create table a (x int);\ninsert into log values ('a');",
      "migrations/2_b.sql": """
      -- muster: no-transaction
      create index concurrently a_x on a (x);
      reindex index concurrently counted_times;
      insert into log values ('b');
      -- muster: batch
      update counted set times = times + 1 where i in (select i from counted where times = 0 limit 4);
      """,
      "migrations/objects/f.sql":
        "create function public.f() returns int language sql as $$ select count(*)::int from public.a $$;",
      "migrations/objects/v.sql": "create view public.v as select public.f() as f;",
      "migrations/hooks/before_deploy.sql": "insert into log values ('before');",
      "migrations/hooks/after_deploy.sql": "insert into log values ('after');",
    ])
    let results = try await Self.together(20, ["migrate"], database, folder)
    for result in results { #expect(result.status == 0, "\(result.errors)") }
    #expect(results.count { $0.output.contains("applied 1_a.sql") } == 1)
    #expect(results.count { $0.output.contains("created view public.v") } == 1)
    #expect(
      try await value("select string_agg(what, ' ' order by ctid) from log", in: database)
        == "before a b after")
    #expect(try await value("select string_agg(distinct times::text, ' ') from counted", in: database) == "1")
    let indexes = """
      select count(*) || ' ' || bool_and(indisvalid) from pg_index
      where indrelid in ('a'::regclass, 'counted'::regclass)
      """
    #expect(try await value(indexes, in: database) == "3 true")
    #expect(try await value("select count(*) from muster.migration_journal", in: database) == "0")
  }

  @Test("fleets over the same tenants, and tenants of one database beside each other")
  func tenants() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    try await script("create schema one; create schema two; create schema three", in: database)
    let folder = try Folder([
      "migrations/1_a.sql": "create table log (what text);\ninsert into log values ('a');",
      "migrations/2_b.sql": """
      -- muster: no-transaction
      create index concurrently log_what on log (what);
      insert into log values ('b');
      """,
      "targets": "schema=one\nschema=two\nschema=three\n",
    ])
    let results = try await Self.together(6, ["migrate", "--targets", "targets"], database, folder)
    for result in results { #expect(result.status == 0, "\(result.errors)") }
    for schema in ["one", "two", "three"] {
      let log = "select string_agg(what, ' ' order by what) from \(schema).log"
      #expect(try await value(log, in: database) == "a b")
    }
    #expect(try await value("select count(*) from muster.migration", in: database) == "6")
    #expect(
      try await value(
        "select bool_and(indisvalid) from pg_index where indrelid::regclass::text ~ 'log'", in: database)
        == "t")
  }
}
