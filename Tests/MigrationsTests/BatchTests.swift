import Migrations
import PostgresClient
import SQLText
import TestSupport
import Testing

@Suite struct BatchTests {
  private static let head = "-- muster: no-transaction\n"
  private static let update = """
    -- muster: batch
    update t set done = true where x in (select x from t where not done order by x limit 30);
    """

  private static func filled() async throws -> Scratch {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table t (x int primary key, done boolean default false);
      insert into t select generate_series(1, 100);
      """)
    return scratch
  }

  private static func rounds(_ events: Events) -> [[Int]] {
    events.all.compactMap {
      if case .batchRound(_, let batch) = $0 { [batch.rounds, batch.rows] } else { nil }
    }
  }

  @Test func `a batch is repeated until it changes no row, and each round commits`() async throws {
    let scratch = try await Self.filled()
    let folder = try Folder(["1_a.sql": Self.head + "select 1;\n" + Self.update + "\nselect 2;"])
    let events = Events()
    _ = try await scratch.migrator(folder).migrate(events.hear)
    #expect(Self.rounds(events) == [[1, 30], [2, 60], [3, 90], [4, 100]])
    #expect(
      events.all.contains {
        if case .batchDone(_, let b) = $0 { b.statement == 2 && b.rows == 100 } else { false }
      })
    #expect(
      try await scratch.value("select count(distinct xmin::text) || ' ' || count(*) from t where done")
        == "4 100")
    #expect(try await scratch.value("select count(*) from muster.migration_journal") == "0")
  }

  @Test func `a batch that was stopped goes on where it was`() async throws {
    let scratch = try await Self.filled()
    try await scratch.execute("alter table t add constraint wall check (not done or x < 70)")
    let migrator = try scratch.migrator(Folder(["1_a.sql": Self.head + Self.update]))
    let error = try await migrator.failure()
    #expect(error.sqlState == "23514" && error.place?.position?.line == 3)
    #expect(
      try await scratch.value(
        "select state || ' ' || rounds || ' ' || changed_rows from muster.migration_journal")
        == "started 2 60")
    try await scratch.execute("alter table t drop constraint wall")
    let events = Events()
    _ = try await migrator.migrate(events.hear)
    #expect(Self.rounds(events) == [[3, 90], [4, 100]])
  }

  @Test func `a lock that is not to be had in the middle is tried for again, without losing a round`()
    async throws
  {
    let scratch = try await Self.filled()
    try await scratch.execute("begin; update t set x = x where x = 65")
    let migrator = try scratch.migrator(
      Folder(["1_a.sql": Self.head + "-- muster: lock-timeout 100ms\n" + Self.update]))
    let events = Events()
    _ = try await migrator.migrate { event in
      events.hear(event)
      if case .retrying = event { Task { try await scratch.execute("commit") } }
    }
    #expect(Self.rounds(events) == [[1, 30], [2, 60], [3, 90], [4, 100]])
    #expect(events.all.contains { if case .retrying = $0 { true } else { false } })
  }

  @Test func `what cannot come to an end is no batch`() async throws {
    let scratch = try await Self.filled()
    let folder = try Folder(["1_a.sql": Self.head + "-- muster: batch\nwith n as (select 1) select * from n;"]
    )
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 1)
    #expect(
      error.description.contains("a batch is repeated until it changes no row; this changes none (SELECT 1)"))
  }

  @Test func `a step of a batch has its own limits`() async throws {
    let scratch = try await Self.filled()
    let folder = try Folder([
      "1_a.sql": Self.head
        + "select 1;\n-- muster: batch\n-- muster: statement-timeout 50ms\nupdate t set done = true where not done and pg_sleep(5) is not null;"
    ])
    #expect(try await scratch.migrator(folder).failure().sqlState == "57014")
  }
}
