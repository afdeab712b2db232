extension Benchmark {
  static let cleanup = Benchmark(
    name: "cleanup",
    summary: "sweeping a tenth of the sessions: chunks that wait for nobody beside DELETE and VACUUM"
  ) { laboratory in
    let stale = laboratory.scale / 10
    try await laboratory.execute(
      """
      drop table if exists naive.swept_users;
      create table naive.swept_users (session_id text primary key, last_seen timestamptz not null, created_at timestamptz
        not null default now());
      create index on naive.swept_users (last_seen);
      insert into naive.swept_users
      select 'sweep-session-' || n, now() + interval '1 hour' from generate_series(1, \(laboratory.scale)) as n;
      delete from public.active_users;
      insert into public.active_users (session_id) select session_id || '-of-muster' from naive.swept_users;
      insert into public.active_user_beats (session_id, seen)
      select session_id, now() + interval '1 hour' from public.active_users;
      """)
    try await laboratory.vacuum("naive.swept_users", "public.active_users", "public.active_user_beats")
    var comparison = try await laboratory.race(
      "clean-up, \(stale) stale of \(laboratory.scale)", unit: "sessions",
      [
        .once(
          .naive, "DELETE, VACUUM",
          prepare: { laboratory in
            try await laboratory.execute(
              """
              insert into naive.swept_users select 'stale-session-' || n, now() - interval '2 minutes'
              from generate_series(1, \(stale)) as n
              """)
          },
          work: { laboratory in
            let deleted = try await laboratory.number(
              """
              with gone as (delete from naive.swept_users where last_seen < now() - interval '60 seconds' returning 1)
              select count(*) from gone
              """)
            try await laboratory.execute("vacuum naive.swept_users")
            return deleted
          }),
        .once(
          .muster, "muster.sweep()",
          prepare: { laboratory in
            try await laboratory.execute(
              """
              insert into public.active_users (session_id, created_at)
              select 'stale-session-of-muster-' || n, now() - interval '1 hour' from generate_series(1, \(stale)) as n;
              insert into public.active_user_beats (session_id, seen)
              select session_id, now() - interval '2 minutes' from public.active_users
              where session_id like 'stale-session-of-muster-%'
              """)
          },
          work: { laboratory in
            try await laboratory.number("select sum(swept) from muster.sweep('public.active_users')")
          }),
      ])
    let left = try await laboratory.number("select count(*) from public.active_users")
    comparison.facts = [
      Fact(
        name: "who is left on the roll", seen: "\(Int(left))", promised: "\(laboratory.scale)",
        isKept: Int(left) == laboratory.scale)
    ]
    return [comparison]
  }
}
