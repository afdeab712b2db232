import Migrations
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite struct PolitenessTests {
  private static let marker = "-- muster: no-transaction\n"

  @Test(arguments: ["", marker])
  func `while it waits behind a reader, others read the table all the time`(head: String) async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table busy (x int)")
    try await scratch.execute("begin; select * from busy")
    let migrator = try scratch.migrator(Folder(["1_a.sql": head + "alter table busy add y int;"])) {
      $0.lockTimeout = Timeout(milliseconds: 300)
    }
    let passers = Task {
      let connection = try await PostgresConnection.connect(scratch.settings)
      // Far less than the reader stays if nobody gives way, and more than a slow machine needs for one attempt.
      _ = try await connection.run { try $0.execute("set statement_timeout = '10s'") }
      var count = 0
      while !Task.isCancelled {
        _ = try await connection.run { connection in
          try connection.shieldedFromCancellation { try $0.query("select * from busy") }
        }
        count += 1
      }
      return count
    }
    let attempts = Events()
    _ = try await migrator.migrate { event in
      guard case .retrying = event else { return }
      attempts.hear(event)
      if attempts.all.count == 3 { Task { try await scratch.execute("commit") } }
    }
    passers.cancel()
    #expect(try await passers.value > 3)
    #expect(attempts.all.count >= 3)
  }

  @Test func `who gives up says who was in the way`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("create table busy (x int); set application_name = 'nightly report'")
    try await scratch.execute("begin; select count(*) from busy")
    let migrator = try scratch.migrator(Folder(["1_a.sql": "alter table busy add y int;"])) {
      $0.lockTimeout = Timeout(milliseconds: 400)
      $0.retryFor = .seconds(2)
    }
    let error = try await migrator.failure()
    #expect(error.exitCode == 5)
    #expect(
      error.description.contains(
        "it waited for pid \(scratch.connection.backendProcessID), user postgres, application nightly report, idle in transaction, for"
      ))
    #expect(error.description.contains("query: begin; select count(*) from busy"))
  }

  @Test func `limits of a statement hold for it alone, and those set by the file hold again behind it`()
    async throws
  {
    for head in ["", Self.marker] {
      let scratch = try await Scratch.make()
      let note =
        "insert into seen select current_setting('lock_timeout'), current_setting('statement_timeout');\n"
      let folder = try Folder([
        "1_a.sql": head + """
          -- muster: lock-timeout 7s
          create table seen (l text, s text);
          \(note)
          -- muster: lock-timeout 9s
          -- muster: statement-timeout 1h
          \(note)
          \(note)
          set lock_timeout = '3s';
          -- muster: statement-timeout 0
          \(note)
          \(note)
          """
      ])
      _ = try await scratch.migrator(folder).migrate()
      #expect(
        try await scratch.value("select string_agg(l || ' ' || s, ', ' order by ctid) from seen")
          == "7s 0, 9s 1h, 7s 0, 3s 0, 3s 0")
    }
  }

  @Test func `a statement outside of a transaction has limits of its own too`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create table seen (t text);
      create procedure sees() language plpgsql as $$
        begin insert into seen values (current_setting('statement_timeout')); commit; end $$;
      """)
    let folder = try Folder([
      "1_a.sql": Self.marker
        + "set statement_timeout = '2h';\n-- muster: statement-timeout 3h\ncall sees();\ncall sees();"
    ])
    _ = try await scratch.migrator(folder).migrate()
    #expect(try await scratch.value("select string_agg(t, ' ' order by ctid) from seen") == "3h 2h")
  }

  @Test(
    arguments: [
      ("select 1;\n-- muster: lock-timeout 9s\n", "stands where it is for nothing"),
      ("select 1;\n-- muster: no-transaction\nselect 2;", "stands where it is for nothing"),
      ("select 1;\n-- muster: lock-timeout 9s\n-- muster: lock-timeout 8s\nselect 2;", "is given twice"),
      ("select 1;\n-- muster: lock-timeout soon\nselect 2;", "takes a duration"),
      ("-- muster: batch\nupdate t set x = 1;", "batch stands right above an INSERT"),
      ("-- muster: batch\n-- muster: no-transaction\nselect 1;", "batch stands right above an INSERT"),
      ("-- muster: no-transaction\n-- muster: batch 5\ndelete from t;", "batch takes nothing"),
    ])
  func `a directive that is for nothing is refused`(sql: String, message: String) async throws {
    let scratch = try await Scratch.make()
    let error = try await scratch.migrator(Folder(["1_a.sql": sql])).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func `a prepared transaction and a vacuum against wraparound are named`() async throws {
    let cluster = try await TemporaryCluster.start(
      .init(settings: [
        "max_prepared_transactions": "5", "autovacuum_naptime": "1s", "autovacuum_vacuum_cost_delay": "100ms",
        "autovacuum_vacuum_cost_limit": "1", "autovacuum_freeze_max_age": "100000",
      ]))
    let connection = try await PostgresConnection.connect(cluster.settings)
    _ = try await connection.run { connection in
      try connection.execute("create table a (x int)")
      try connection.execute("begin; insert into a values (1); prepare transaction 'forgotten'")
    }
    let events = Events()
    let migrator = Migrator(
      cluster.settings, directory: try Folder.kept(["1_a.sql": "alter table a add y int;"]).path)
    _ = try await migrator.migrate { event in
      events.hear(event)
      guard case .blocked = event else { return }
      Task { try await connection.run { _ = try $0.execute("rollback prepared 'forgotten'") } }
    }
    let prepared = try #require(Self.blockers(events).first)
    #expect(prepared.preparedAs == "forgotten" && prepared.processID == nil && prepared.user == "postgres")
    #expect(prepared.description.hasPrefix("prepared transaction 'forgotten', user postgres, for "))

    try await Self.nameVacuum(cluster, connection)
    await cluster.stop()
  }

  /// Ordinary vacuums give way to whoever wants their table; the one against wraparound does not.
  private static func nameVacuum(_ cluster: TemporaryCluster, _ connection: PostgresConnection) async throws {
    _ = try await connection.run { connection in
      try connection.execute(
        """
        create table w (x int, y text) with (autovacuum_freeze_max_age = 100000);
        insert into w select i, repeat('y', 1000) from generate_series(1, 5000) i;
        create procedure age() language plpgsql as $$
          begin
            for i in 1..110000 loop
              perform pg_current_xact_id();
              commit;
            end loop;
          end $$;
        set synchronous_commit = off;
        """)
      try connection.execute("call age()")
    }
    try await eventually {
      try await connection.run {
        try $0.query(
          "select 1 from pg_stat_activity where query like 'autovacuum: VACUUM%public.w (to prevent wraparound)'"
        ).first != nil
      }
    }
    let events = Events()
    var options = Migrator.Options()
    options.lockTimeout = Timeout(milliseconds: 3000)
    let migrator = Migrator(
      cluster.settings,
      directory: try Folder.kept([
        "1_a.sql": "alter table a add y int;", "2_b.sql": "alter table w add z int;",
      ]).path, options: options)
    _ = try await migrator.migrate { event in
      events.hear(event)
      guard case .blocked(_, let blockers) = event, let process = blockers.first?.processID else { return }
      Task { try await connection.run { _ = try $0.query("select pg_terminate_backend(\(process))") } }
    }
    let vacuum = try #require(blockers(events).first)
    #expect(vacuum.background == "autovacuum worker")
    #expect(vacuum.query?.contains("to prevent wraparound") == true)
    #expect(vacuum.description.contains("autovacuum worker, active, for "))
  }

  private static func blockers(_ events: Events) -> [Blocker] {
    events.all.flatMap { event -> [Blocker] in
      if case .blocked(_, let blockers) = event { blockers } else { [] }
    }
  }
}
