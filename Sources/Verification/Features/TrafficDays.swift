import PostgresClient

/// Seed 004: the days, and the nightly job.
enum TrafficDays: Feature {
  static let seed: Int? = 4
  static let requires = Traffic.requires + ["public.aggregate_and_cleanup_heartbeats"]

  static var checks: [Check] { days + nights }

  private static var days: [Check] {
    [
      check("traffic.daily-active-users", "get_daily_active_users(): sessions, users and beats of one day") {
        stage in
        let user = try stage.signUp("user")
        try history(daysAgo: 40, sessions: ["a", "a", "b"], user: nil, stage)
        try history(daysAgo: 40, sessions: ["c", "d"], user: user, stage)
        stage.expect("the day", try day("public.utc_today() - 40", stage), is: "4 1 5")
        stage.expect("the day before", try day("public.utc_today() - 41", stage), is: "0 0 0")
        return "5 beats"
      },
      check("traffic.days-are-utc", "A day is a UTC day, whatever the time zone of whoever asks") { stage in
        try stage.query(
          """
          insert into public.heartbeats (session_id, page_path, created_at)
          values ('before', '/', '2001-05-04 23:59:59.999999Z'), ('first', '/', '2001-05-05 00:00:00Z'),
            ('last', '/', '2001-05-05 23:59:59.999999Z'), ('after', '/', '2001-05-06 00:00:00Z')
          """)
        for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"] {
          try stage.query("set local time zone \(zone)")
          stage.expect("2001-05-05 asked in \(zone)", try day("date '2001-05-05'", stage), is: "2 0 2")
          try stage.expectValue(
            "today in \(zone)", "select public.utc_today() = (now() at time zone 'UTC')::date", is: "t")
        }
        return "4 time zones"
      },
      check("traffic.days-are-ranges", "The day functions read one day's partition, not the whole history") {
        stage in
        let plan = try stage.column(
          """
          explain (costs off) select count(*) from public.heartbeats
          where created_at >= public.utc_today()::timestamp at time zone 'UTC'
            and created_at < (public.utc_today() + 1)::timestamp at time zone 'UTC'
          """
        ).joined(separator: "\n")
        stage.expect(
          plan.contains("Subplans Removed") || !plan.contains("heartbeats_default"),
          "the range of a day is not pruned:\n\(plan)")
        let source =
          try stage.value(
            "select pg_get_functiondef(oid) from pg_proc where oid = 'public.count_heartbeats(date)'::regprocedure"
          ) ?? ""
        stage.expect(!source.contains("created_at::date"), "count_heartbeats() casts the time of each row")
        stage.expect(
          source.contains("created_at >=") && source.contains("created_at <"),
          "count_heartbeats() does not ask for a range")
        return "a range an index serves"
      },
    ]
  }

  private static var nights: [Check] {
    [
      check("traffic.aggregate", "aggregate_and_cleanup_heartbeats(): yesterday goes into daily_usage_stats")
      { stage in
        let user = try stage.signUp("user")
        try history(daysAgo: 1, sessions: ["a", "a", "b"], user: nil, stage)
        try history(daysAgo: 1, sessions: ["c", "d"], user: user, stage)
        let expected =
          try stage.value(
            """
            select concat_ws(' ', count(distinct coalesce(user_id::text, session_id)), count(distinct session_id),
              count(distinct user_id), count(*))
            from public.heartbeats where (created_at at time zone 'UTC')::date = public.utc_today() - 1
            """) ?? ""
        try aggregate(stage)
        stage.expect("yesterday", try stats(daysAgo: 1, stage), is: expected)
        try aggregate(stage)
        stage.expect("yesterday, aggregated again", try stats(daysAgo: 1, stage), is: expected)
        stage.expect("today", try stats(daysAgo: 0, stage), is: "not there")
        return "5 beats of 3 people, twice"
      },
      check("traffic.missed-nights", "Missed nightly runs lose no day: each is summed up before it goes") {
        stage in
        for days in [1, 2, 5, 9, 12] { try history(daysAgo: days, sessions: ["a", "b"], user: nil, stage) }
        try aggregate(stage)
        for days in [2, 5, 9, 12] {
          let seen = try stats(daysAgo: days, stage)
          stage.expect(seen != "not there", "\(days) days ago was not summed up")
        }
        stage.expect("12 days ago", try stats(daysAgo: 12, stage), is: "2 2 0 2")
        stage.expect("12 days ago, asked for", try day("public.utc_today() - 12", stage), is: "2 0 2")
        return "12 nights missed"
      },
      check("traffic.seven-days", "Beats are kept for 7 days, and gone after that") { stage in
        for days in [0, 6, 7, 8, 9] { try history(daysAgo: days, sessions: ["kept"], user: nil, stage) }
        try aggregate(stage)
        let kept = try stage.column(
          """
          select distinct public.utc_today() - (created_at at time zone 'UTC')::date as age
          from public.heartbeats where session_id = 'kept' order by 1
          """)
        stage.expect("days ago that are kept", kept, is: ["0", "6", "7"])
        return "3 of 5 days"
      },
      check("traffic.late-beats", "A beat that comes late, after its day was summed up, still counts") {
        stage in
        try history(daysAgo: 3, sessions: ["a"], user: nil, stage)
        try aggregate(stage)
        let before = try stage.number(
          "select total_heartbeats from public.daily_usage_stats where date = public.utc_today() - 3")
        try history(daysAgo: 3, sessions: ["b"], user: nil, stage)
        try aggregate(stage)
        let after = try stage.number(
          "select total_heartbeats from public.daily_usage_stats where date = public.utc_today() - 3")
        stage.expect("beats of the day", after, is: before + 1)
        return "1 late beat"
      },
      check("traffic.stray-beats", "Beats in the default partition move into their day's, and none is lost") {
        stage in
        try stage.query("drop table if exists public.\(raw: try partition(daysAgo: 2, stage))")
        try history(daysAgo: 2, sessions: ["a", "b", "c"], user: nil, stage)
        try aggregate(stage)
        try stage.expectValue(
          "beats of the day",
          """
          select count(*) from public.heartbeats
          where (created_at at time zone 'UTC')::date = public.utc_today() - 2 and session_id in ('a', 'b', 'c')
          """, is: "3")
        try stage.expectValue(
          "of them in the default partition",
          "select count(*) from public.heartbeats_default where session_id in ('a', 'b', 'c')", is: "0")
        return "3 beats"
      },
      check("traffic.partitions-ahead", "The coming days have their partitions, each with row level security")
      { stage in
        try aggregate(stage)
        for days in 0...3 {
          let name = try partition(daysAgo: -days, stage)
          try stage.expectValue(
            "the partition \(name)",
            "select coalesce(bool_and(relrowsecurity)::text, 'missing') from pg_class where relname = \(name)",
            is: "true")
        }
        return "today and 3 days"
      },
    ]
  }

  /// Beats at noon of a day, as the owner writes them who may write history.
  private static func history(
    daysAgo: Int, sessions: [String], user: Persona?, _ stage: Stage
  ) throws {
    for session in sessions {
      try stage.query(
        """
        insert into public.heartbeats (session_id, user_id, page_path, created_at)
        values (\(session), \(user?.id), '/', (public.utc_today() - \(daysAgo) + time '12:00') at time zone 'UTC')
        """)
    }
  }

  private static func aggregate(_ stage: Stage) throws {
    try stage.query("select public.aggregate_and_cleanup_heartbeats()")
  }

  private static func stats(daysAgo: Int, _ stage: Stage) throws -> String {
    try stage.value(
      """
      select concat_ws(' ', unique_active_users, unique_sessions, unique_users, total_heartbeats)
      from public.daily_usage_stats where date = public.utc_today() - \(daysAgo)
      """) ?? "not there"
  }

  private static func day(_ date: SQL, _ stage: Stage) throws -> String {
    try Traffic.asAdmin(
      """
      select concat_ws(' ', unique_sessions, unique_users, total_heartbeats)
      from public.get_daily_active_users(\(date))
      """, stage)
  }

  private static func partition(daysAgo: Int, _ stage: Stage) throws -> String {
    try stage.value("select public.heartbeat_partition(public.utc_today() - \(daysAgo))") ?? ""
  }
}
