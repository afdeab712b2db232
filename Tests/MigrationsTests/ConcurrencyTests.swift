import Migrations
import PostgresClient
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
  @Test func `many runners at once on an empty database apply each file once`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "create table t (x int);\ninsert into t values (1);",
      "2_b.sql":
        "-- muster: no-transaction\ncreate index concurrently t_x on t (x);\ninsert into t values (2);",
      "3_c.sql": "insert into t values (3);\nselect pg_sleep(0.05);",
      "4_d.sql": "-- muster: no-transaction\ncreate index concurrently t_y on t (x);",
    ])
    let migrator = scratch.migrator(folder)
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 1...12 { group.addTask { try await migrator.migrate().applied.count } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts.reduce(0, +) == 4)
    #expect(try await scratch.value("select array_agg(x order by x) from t") == "{1,2,3}")
    #expect(
      try await scratch.value("select count(*) from pg_index where indrelid = 't'::regclass and indisvalid")
        == "2")
    #expect(
      try await scratch.value(
        "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
      ) == "0")
  }

  @Test func `who waits too long for another runner is told who that is, and exits with 5`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      "set application_name = 'somebody'; select pg_advisory_lock(\(0x6D75_7374_6572_0001))")
    let events = Events()
    let migrator = try scratch.migrator(Folder(["1_a.sql": "select 1"])) { $0.lockWait = .milliseconds(200) }
    let error = try await migrator.failure(events)
    #expect(error.exitCode == 5)
    #expect(
      error.description.contains(
        "it is held by pid \(scratch.connection.backendProcessID), user postgres, application somebody"))
    #expect(events.all.contains { if case .waitingForLock = $0 { true } else { false } })
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `a waiting runner finds the work done and does nothing`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "create table t (x int)"])
    try await scratch.execute("select pg_advisory_lock(\(0x6D75_7374_6572_0001))")
    let migrator = scratch.migrator(folder)
    let report = try await migrator.migrate { event in
      guard case .waitingForLock = event else { return }
      Task {
        try await scratch.execute("select pg_advisory_unlock(\(0x6D75_7374_6572_0001))")
      }
    }
    #expect(report.applied.count == 1)
  }

  @Test func `a lock that is lost on the way stops the run before another statement`() async throws {
    let (scratch, other) = (try await Scratch.make(), try await Scratch.make())
    let folder = try Folder([
      "1_a.sql": """
      -- muster: no-transaction
      do $$ begin
        while not exists (select from pg_locks where locktype = 'advisory' and not granted) loop
          perform pg_sleep(0.01);
        end loop;
      end $$;
      select pg_advisory_unlock_all();
      create table a (x int);
      """
    ])
    let migrator = scratch.migrator(folder)
    let task = Task { try await migrator.failure() }
    let held = """
      select 1 from pg_locks l join pg_database d on d.oid = l.database
      where locktype = 'advisory' and datname = '\(scratch.name)'
      """
    while try await other.value(held) == nil { await Task.yield() }
    try await scratch.execute("select pg_advisory_lock(\(0x6D75_7374_6572_0001))")
    let error = try await task.value
    #expect(error.exitCode == 2)
    #expect(error.description.contains("no longer has the deployment lock"))
    #expect(try await scratch.value("select to_regclass('a') is null") == "t")
  }
}
