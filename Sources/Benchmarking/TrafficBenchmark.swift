extension Benchmark {
  private static let admin = "00000000-0000-4000-8000-000000000003"
  private static let liveSessions = 20_000

  static let traffic = Benchmark(
    name: "traffic",
    summary: "live traffic: narrow rows by day and the state of each session beside one wide table"
  ) { laboratory in
    try await fill(laboratory)
    return [
      try await beats(laboratory), try await liveNumbers(laboratory), try await dailyUsers(laboratory),
      try await retention(laboratory),
    ]
  }

  private static func beats(_ laboratory: Laboratory) async throws -> Comparison {
    let draw = "\\set n random(1, \(liveSessions))\n"
    return try await laboratory.race(
      "one page beat, 8 clients", unit: "beats",
      [
        .load(
          .floor, "a function that does nothing", draw + "select naive.nothing('live-session-' || :n);",
          clients: 8),
        .load(
          .naive, "INSERT INTO heartbeats",
          draw
            + "insert into naive.heartbeats (session_id, page_path) values ('live-session-' || :n, '/page');",
          clients: 8, witness: "select count(*) from naive.heartbeats"),
        .load(
          .muster, "record_heartbeat()",
          draw + "select public.record_heartbeat('live-session-' || :n, '/page');",
          clients: 8, witness: "select count(*) from public.heartbeats"),
      ])
  }

  private static func liveNumbers(_ laboratory: Laboratory) async throws -> Comparison {
    // A minute that does not pass while it is measured.
    try await laboratory.execute(
      """
      update public.live_sessions set seen = now() + interval '1 hour';
      update naive.heartbeats set created_at = now() + interval '1 hour' where created_at > now() - interval '10 minutes';
      """)
    try await laboratory.vacuum("naive.heartbeats", "public.live_sessions")
    return try await laboratory.race(
      "live numbers, \(liveSessions) sessions, 2 clients", unit: "answers",
      [
        .load(
          .naive, "get_live_traffic() of the paper", "select * from naive.get_live_traffic();", clients: 2),
        .load(
          .muster, "get_live_traffic()", "select * from public.get_live_traffic();", clients: 2,
          session: asAdmin),
      ])
  }

  private static func dailyUsers(_ laboratory: Laboratory) async throws -> Comparison {
    try await laboratory.race(
      "daily active users, \(laboratory.scale) beats a day, 2 clients", unit: "answers",
      [
        .load(
          .naive, "WHERE created_at::date = …",
          "select * from naive.get_daily_active_users(current_date - 1);", clients: 2),
        .load(
          .muster, "get_daily_active_users()",
          "select * from public.get_daily_active_users(current_date - 1);",
          clients: 2, session: asAdmin),
      ])
  }

  private static func retention(_ laboratory: Laboratory) async throws -> Comparison {
    // A day of a site that needs to forget: ten times as many beats as the other races read.
    let beats = 10 * laboratory.scale
    return try await laboratory.race(
      "forgetting a day of \(beats) beats", unit: "beats",
      [
        .once(
          .naive, "DELETE, VACUUM",
          prepare: { laboratory in
            try await laboratory.execute(
              day(beats, into: "naive.heartbeats (session_id, page_path, created_at)", ago: 9) + "")
            try await laboratory.execute("checkpoint")
          },
          work: { laboratory in
            let deleted = try await laboratory.number(
              """
              with gone as (delete from naive.heartbeats where created_at < now() - interval '8 days' returning 1)
              select count(*) from gone
              """)
            try await laboratory.execute("vacuum naive.heartbeats")
            return deleted
          }),
        .once(
          .muster, "dropping its partition", promised: 8,
          prepare: { laboratory in
            try await laboratory.execute(
              """
              select public.add_heartbeat_partition(public.utc_today() - 9);
              \(day(beats, into: "public.heartbeats (session_id, page_path, created_at)", ago: 9));
              select public.aggregate_heartbeats()
              """)
            try await laboratory.execute("checkpoint")
          },
          work: { laboratory in
            try await laboratory.execute("select public.turn_heartbeat_partitions()")
            let after = try await laboratory.number("select public.heartbeat_total(public.utc_today() - 9)")
            return Double(beats) - after
          }),
      ])
  }

  private static let asAdmin = [
    "role": "authenticated", "request.jwt.claims": #"{"sub":"\#(admin)","role":"authenticated"}"#,
  ]

  private static func day(_ beats: Int, into target: String, ago days: Int) -> String {
    """
    insert into \(target)
    select 'session-of-day-' || n % \(max(1, beats / 20)), '/page/' || n % 50,
      (current_date - \(days))::timestamp at time zone 'UTC' + n * interval '1 day' / \(beats)
    from generate_series(0, \(beats - 1)) as n
    """
  }

  private static func fill(_ laboratory: Laboratory) async throws {
    laboratory.progress("filling a week of heartbeats")
    let days = (1...7).map { "select public.add_heartbeat_partition(public.utc_today() - \($0));" }
    try await laboratory.execute(
      """
      insert into auth.users (id) values ('\(admin)') on conflict do nothing;
      insert into public.profiles (id, role) values ('\(admin)', 'admin') on conflict do nothing;
      \(days.joined(separator: "\n"))
      create table naive.heartbeats (id uuid primary key default gen_random_uuid(), session_id text not null, user_id uuid,
        page_path text not null, created_at timestamptz default now());
      create index on naive.heartbeats (created_at desc);
      create index on naive.heartbeats (session_id, user_id);
      \((1...7).map { day(laboratory.scale, into: "naive.heartbeats (session_id, page_path, created_at)", ago: $0) }
        .joined(separator: ";\n"));
      insert into public.heartbeats (session_id, user_id, page_path, created_at)
      select session_id, user_id, page_path, created_at from naive.heartbeats;
      insert into naive.heartbeats (session_id, page_path)
      select 'live-session-' || n, '/page/' || n % 50 from generate_series(1, \(liveSessions)) as n;
      insert into public.heartbeats (session_id, page_path)
      select 'live-session-' || n, '/page/' || n % 50 from generate_series(1, \(liveSessions)) as n;
      select public.aggregate_heartbeats();

      create function naive.get_live_traffic() returns table (active_users bigint, active_sessions bigint,
        authenticated_users bigint, anonymous_sessions bigint, top_pages jsonb) language plpgsql as $$
      begin
        return query
        with recent as (
          select distinct on (h.session_id) h.session_id, h.user_id, h.page_path from naive.heartbeats as h
          where h.created_at > now() - interval '60 seconds')
        select count(distinct r.user_id), count(distinct r.session_id), count(r.user_id),
          count(*) filter (where r.user_id is null),
          (select jsonb_agg(jsonb_build_object('path', t.page_path, 'count', t.visits))
           from (select p.page_path, count(*) as visits from recent as p group by 1 order by 2 desc limit 5) as t)
        from recent as r;
      end $$;
      create function naive.get_daily_active_users(for_date date) returns table (unique_sessions bigint,
        unique_users bigint, total_heartbeats bigint) language plpgsql as $$
      begin
        return query select count(distinct h.session_id), count(distinct h.user_id), count(*) from naive.heartbeats as h
        where h.created_at::date = for_date;
      end $$;
      """)
    try await laboratory.vacuum("naive.heartbeats", "public.heartbeats", "public.live_sessions")
  }
}
