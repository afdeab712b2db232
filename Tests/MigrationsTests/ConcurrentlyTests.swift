import Migrations
import PostgresClient
import SQLText
import TestSupport
import Testing

/// What CREATE INDEX, REINDEX and DETACH PARTITION CONCURRENTLY leave when they fail or are killed.
@Suite struct ConcurrentlyTests {
  private static let marker = "-- muster: no-transaction\n"

  /// Kills the server process of a run while it waits for a lock in a statement that begins so.
  private static func kill(_ statement: String, of migrator: Migrator, in scratch: Scratch) async throws
    -> MigrationError
  {
    let other = try await Scratch.make()
    let task = Task { try await migrator.failure() }
    let waiting = """
      select pid from pg_stat_activity
      where datname = '\(scratch.name)' and query like '\(statement)%' and wait_event_type = 'Lock'
      """
    try await eventually { try await other.value(waiting) != nil }
    _ = try await other.value("select pg_terminate_backend((\(waiting)))")
    return try await task.value
  }

  private static func invalidate(_ index: String, in scratch: Scratch) async throws {
    try await scratch.execute(
      """
      set allow_system_table_mods = on;
      update pg_index set indisvalid = false where indexrelid = '\(index)'::regclass
      """)
  }

  private static func indexes(of scratch: Scratch) async throws -> String? {
    try await scratch.value(
      """
      select string_agg(indexrelid::regclass || case when indisvalid then '' else ' invalid' end, ', '
        order by indexrelid::regclass::text)
      from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
      """)
  }

  @Test(arguments: ["", "if not exists "])
  func `an invalid index that was there before the file is dropped and built`(clause: String) async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table t (x int); create index t_x on t (x)")
    try await Self.invalidate("t_x", in: scratch)
    let folder = try Folder(["1_a.sql": Self.marker + "create index concurrently \(clause)t_x on t (x);"])
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.indexes(of: scratch) == "t_x")
  }

  @Test func `an index of that name that was there before is not taken for the one to be built`() async throws
  {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table t (x int, y int); create index t_x on t (y)")
    let folder = try Folder(["1_a.sql": Self.marker + "create index concurrently t_x on t (x);"])
    for _ in 1...2 {
      let error = try await scratch.migrator(folder).failure()
      #expect(error.sqlState == "42P07" && error.exitCode == 1)
    }
  }

  @Test func `if not exists in a transaction does not pass over an invalid index`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table t (x int); create index t_x on t (x)")
    try await Self.invalidate("t_x", in: scratch)
    let folder = try Folder(["1_a.sql": "create table u ();\ncreate index if not exists t_x on t (x);"])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 1)
    #expect(error.place?.position?.line == 2)
    #expect(error.description.contains("index t_x is INVALID, although the statement reported success"))
    #expect(error.description.contains("drop index concurrently t_x"))
    #expect(try await scratch.value("select to_regclass('u') is null") == "t")
  }

  @Test func `a partitioned index is invalid by right until all parts are attached`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table p (k int) partition by range (k);
      create table p1 partition of p for values from (0) to (10);
      create table p2 partition of p for values from (10) to (20);
      """)
    let folder = try Folder([
      "1_a.sql": "create index if not exists p_k on only p (k);",
      "2_b.sql": Self.marker
        + "create index if not exists p_k on only p (k);\ncreate index concurrently p1_k on p1 (k);\nalter index p_k attach partition p1_k;",
      "3_c.sql": "create index if not exists p_k on only p (k);\ncreate index p2_k on p2 (k);",
    ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.indexes(of: scratch) == "p1_k, p2_k, p_k invalid")
    try folder.write("4_d.sql", "alter index p_k attach partition p2_k;")
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await Self.indexes(of: scratch) == "p1_k, p2_k, p_k")
  }

  @Test(arguments: [
    "reindex index concurrently t_x", "reindex table concurrently t", "reindex schema concurrently public",
    "reindex (concurrently) database this",
  ])
  func `what a killed reindex leaves is dropped, and nothing else`(statement: String) async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table t (x int); create index t_x on t (x); create index theirs_ccnew on t (x);
      create table u (x int); create index u_x_ccold1 on u (x);
      """)
    for index in ["theirs_ccnew", "u_x_ccold1"] { try await Self.invalidate(index, in: scratch) }
    try await scratch.execute("begin; insert into t values (1)")
    let migrator = try scratch.migrator(
      Folder(["1_a.sql": Self.marker + statement.replacing("this", with: scratch.name) + ";"]))
    let error = try await Self.kill(String(statement.prefix(7)), of: migrator, in: scratch)
    #expect(error.exitCode == 1)
    try await scratch.execute("commit")
    let left = try #require(try await Self.indexes(of: scratch))
    #expect(left.contains("t_x_ccnew invalid"))
    let events = Events()
    _ = try await migrator.migrate(events.hear)
    #expect(try await Self.indexes(of: scratch) == "t_x, theirs_ccnew invalid, u_x_ccold1 invalid")
    let dropped = events.all.compactMap { if case .remnantDropped(_, let index) = $0 { index } else { nil } }
    #expect(dropped == ["t_x_ccnew"])
  }

  private static func partitioned() async throws -> Scratch {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table p (k int) partition by range (k);
      create table p1 partition of p for values from (0) to (10);
      create table p2 partition of p for values from (10) to (20);
      insert into p values (1), (11);
      """)
    return scratch
  }

  private static let detach = "alter table p detach partition p1 concurrently;"

  @Test func `a partition that a killed run left half detached is detached by the next`() async throws {
    let scratch = try await Self.partitioned()
    try await scratch.execute("begin; select * from p")
    let migrator = try scratch.migrator(Folder(["1_a.sql": Self.marker + Self.detach])) {
      $0.lockTimeout = Timeout(milliseconds: 60_000)
    }
    _ = try await Self.kill("alter table p detach", of: migrator, in: scratch)
    try await scratch.execute("commit")
    #expect(
      try await scratch.value("select inhdetachpending from pg_inherits where inhrelid = 'p1'::regclass")
        == "t")
    let events = Events()
    _ = try await migrator.migrate(events.hear)
    #expect(events.all.contains { if case .detachFinished(_, partition: "p1") = $0 { true } else { false } })
    #expect(try await scratch.value("select count(*) from pg_inherits") == "1")
    #expect(try await scratch.value("select count(*) from p1") == "1")
  }

  @Test func `a detachment that waits for a reader is tried again until it is through`() async throws {
    let scratch = try await Self.partitioned()
    try await scratch.execute("begin; select * from p")
    let migrator = try scratch.migrator(Folder(["1_a.sql": Self.marker + Self.detach])) {
      $0.lockTimeout = Timeout(milliseconds: 100)
    }
    _ = try await migrator.migrate { event in
      if case .retrying = event { Task { try await scratch.execute("commit") } }
    }
    #expect(try await scratch.value("select count(*) from pg_inherits") == "1")
  }

  @Test func `one that somebody else left half detached is finished too`() async throws {
    let scratch = try await Self.partitioned()
    try await scratch.execute(
      "set allow_system_table_mods = on; update pg_inherits set inhdetachpending = true where inhrelid = 'p1'::regclass"
    )
    _ = try await scratch.migrator(Folder(["1_a.sql": Self.marker + Self.detach])).migrate()
    #expect(try await scratch.value("select count(*) from pg_inherits") == "1")
  }

  @Test func `what is no partition is refused, at the second try as well`() async throws {
    let scratch = try await Self.partitioned()
    try await scratch.execute("create table p9 (k int)")
    let folder = try Folder(["1_a.sql": Self.marker + "alter table p detach partition p9 concurrently;"])
    for _ in 1...2 { #expect(try await scratch.migrator(folder).failure().exitCode == 1) }
  }
}
