extension Benchmark {
  static let count = Benchmark(
    name: "count",
    summary: "how many are here: a count kept for everybody beside a count(*) of everybody's own"
  ) { laboratory in
    try await laboratory.execute(
      """
      drop table if exists naive.counted_users;
      create table naive.counted_users (session_id text primary key, last_seen timestamptz not null);
      create index on naive.counted_users (last_seen);
      -- A time to come counts as now: nobody goes stale while the clock of the measurement runs.
      insert into naive.counted_users
      select 'count-session-' || n, now() + interval '1 hour' from generate_series(1, \(laboratory.scale)) as n;
      delete from public.active_users;
      insert into public.active_users (session_id) select session_id || '-of-muster' from naive.counted_users;
      insert into public.active_user_beats (session_id, seen)
      select session_id, now() + interval '1 hour' from public.active_users;
      """)
    try await laboratory.vacuum("naive.counted_users", "public.active_users", "public.active_user_beats")
    try await waitForTheGraceToEnd(laboratory)
    var comparison = try await laboratory.race(
      "active count, \(laboratory.scale) sessions, 2 clients", unit: "counts",
      [
        .load(.floor, "a function that does nothing", "select naive.nothing('');", clients: 2),
        .load(
          .naive, "SELECT count(*) … WHERE last_seen > …",
          "select count(*) from naive.counted_users where last_seen > now() - interval '60 seconds';",
          clients: 2),
        .load(
          .muster, "get_active_user_count()", promised: 100, "select public.get_active_user_count();",
          clients: 2),
      ])
    comparison.facts = [try await exactness(laboratory)]
    return [comparison]
  }

  /// In the first minute of a server, and of a database, those without a beat count too, and counting takes longer. That is
  /// not what a day is like: this database, made a moment ago, is taken for an old one, and a young server is waited for.
  private static func waitForTheGraceToEnd(_ laboratory: Laboratory) async throws {
    laboratory.progress("waiting for the grace period after the server's start to end")
    try await laboratory.execute(
      "select public.get_active_user_count(); update muster.beat_epoch set since = since - interval '1 day'")
    while try await laboratory.number(
      "select muster.is_fresh(muster.beats_since(), interval '60 seconds')::int") == 1
    {
      try await Task.sleep(for: .seconds(1))
    }
  }

  /// Some leave and some come, and a second later the count has to know.
  private static func exactness(_ laboratory: Laboratory) async throws -> Fact {
    laboratory.progress("whether the count is exact within a second")
    try await laboratory.execute(
      """
      delete from public.active_users where id in (select id from public.active_users limit 7);
      select public.register_session('one-more-session-' || n) from generate_series(1, 3) as n;
      """)
    try await Task.sleep(for: .seconds(1))
    let seen = try await laboratory.number("select public.get_active_user_count()")
    let expected = Double(laboratory.scale - 4)
    return Fact(
      name: "the count a second after a change", seen: "\(Int(seen))", promised: "\(Int(expected))",
      isKept: seen == expected)
  }
}
