extension Benchmark {
  static let heartbeat = Benchmark(
    name: "heartbeat",
    summary: "one beat of a session: a HOT update of an UNLOGGED row beside an UPDATE of an indexed time"
  ) { laboratory in
    try await Heartbeats(laboratory: laboratory).compare()
  }
}

private struct Heartbeats: Sendable {
  let laboratory: Laboratory

  private static let first = 1_000_000
  /// The index must not have grown after so many.
  private static let beatsForGrowth = 300_000.0
  private static let slot = "muster_bench"

  private var draw: String { "\\set n random(\(Self.first), \(Self.first + laboratory.scale - 1))\n" }
  private var naiveWitness: String { "select count(*) from naive.active_users where last_seen > created_at" }
  /// Beats so far, as the table's statistics count them.
  private static let beats = """
    select n_tup_upd from pg_stat_user_tables where relid = 'public.active_user_beats'::regclass
    """

  func compare() async throws -> [Comparison] {
    try await fill()
    let (with8, with2) = (
      try await race(clients: 8, promised: 1.8), try await race(clients: 2, promised: 3.5)
    )
    return [with8, with2, try await batches(), try await frugality()]
  }

  private func fill() async throws {
    let ids =
      "select 'bench-session-' || n from generate_series(\(Self.first), \(Self.first + laboratory.scale - 1)) as n"
    try await laboratory.execute(
      """
      create table naive.active_users (session_id text primary key, last_seen timestamptz not null default now(),
        created_at timestamptz not null default now());
      create index on naive.active_users (last_seen);
      insert into naive.active_users (session_id) \(ids);
      insert into public.active_users (session_id) \(ids);
      insert into public.active_user_beats (session_id) select session_id from public.active_users;
      """)
    try await laboratory.vacuum("naive.active_users", "public.active_users", "public.active_user_beats")
  }

  private func race(clients: Int, promised: Double) async throws -> Comparison {
    try await laboratory.race(
      "one heartbeat, \(clients) clients", unit: "beats",
      [
        .load(
          .floor, "a function that does nothing", draw + "select naive.nothing('bench-session-' || :n);",
          clients: clients),
        .load(
          .naive, "UPDATE … SET last_seen = now()",
          draw + "update naive.active_users set last_seen = now() where session_id = 'bench-session-' || :n;",
          clients: clients, witness: naiveWitness),
        .load(
          .muster, "heartbeat_session()", promised: promised,
          draw + "select public.heartbeat_session('bench-session-' || :n);", clients: clients,
          witness: Self.beats),
      ])
  }

  private func batches() async throws -> Comparison {
    // Sessions that share a gateway do not share a page: those of a batch are spread over the table.
    return try await laboratory.race(
      "a gateway's batches of 100, 8 clients", unit: "beats",
      [
        .load(
          .naive, "UPDATE … SET last_seen = now()",
          draw + "update naive.active_users set last_seen = now() where session_id = 'bench-session-' || :n;",
          clients: 8, witness: naiveWitness),
        .load(
          .muster, "heartbeat_sessions()", promised: 10,
          draw + """
            select public.heartbeat_sessions(array(
              select 'bench-session-' || \(Self.first) + (:n + 7919 * s) % \(laboratory.scale)
              from generate_series(1, 100) as s));
            """,
          clients: 8, units: 100, witness: Self.beats),
      ])
  }

  /// What beats cost apart from time, over one more run and over all of them.
  private func frugality() async throws -> Comparison {
    laboratory.progress("what \(Int(Self.beatsForGrowth)) beats leave behind")
    // What the naive table has to have cleaned up is not to be written to the log just now.
    try await laboratory.vacuum("naive.active_users", "public.active_users", "public.active_user_beats")
    try await laboratory.execute("select pg_create_logical_replication_slot('\(Self.slot)', 'pgoutput')")
    let index = "select pg_relation_size('public.active_user_beats_pkey')"
    let indexBefore = try await laboratory.number(index)
    let changes: Double
    let wal: Double
    do {
      let before = try await counters()
      let beatsBefore = try await laboratory.number(Self.beats)
      var transactions = 0
      repeat {
        transactions += try await laboratory.pgbench.run(
          draw + "select public.heartbeat_session('bench-session-' || :n);", clients: 8,
          seconds: laboratory.seconds
        ).transactions
      } while try await laboratory.number(Self.beats) - beatsBefore < Self.beatsForGrowth
      wal = (try await counters() - before) / Double(transactions)
      // All but BEGIN and COMMIT.
      changes = try await laboratory.number(
        """
        select count(*) from pg_logical_slot_peek_binary_changes('\(Self.slot)', null, null,
          'proto_version', '1', 'publication_names', 'muster') where get_byte(data, 0) not in (66, 67)
        """)
      try await laboratory.execute("select pg_drop_replication_slot('\(Self.slot)')")
    } catch {
      try? await laboratory.execute("select pg_drop_replication_slot('\(Self.slot)')")
      throw error
    }
    let hot = try await laboratory.number(
      """
      select 100.0 * n_tup_hot_upd / n_tup_upd from pg_stat_user_tables
      where relid = 'public.active_user_beats'::regclass
      """)
    let total = try await laboratory.number(Self.beats)
    let growth = try await laboratory.number(index) - indexBefore
    var comparison = Comparison(title: "what \(Int(total)) beats leave behind", unit: "", contestants: [])
    comparison.facts = [
      Fact(name: "HOT updates", seen: "\(hot.oneDecimal) %", promised: "at least 99 %", isKept: hot >= 99),
      Fact(name: "growth of the index", seen: "\(Int(growth)) bytes", promised: "none", isKept: growth == 0),
      Fact(
        name: "WAL a beat", seen: "\(wal.oneDecimal) bytes", promised: "at most 50 bytes", isKept: wal <= 50),
      Fact(
        name: "change events in the publication", seen: "\(Int(changes))", promised: "none",
        isKept: changes == 0),
    ]
    return comparison
  }

  private func counters() async throws -> Double {
    try await laboratory.number("select pg_current_wal_insert_lsn() - '0/0'")
  }
}

extension Double {
  var oneDecimal: String { "\((self * 10).rounded() / 10)" }
}
