import PostgresClient

/// Seed 004: live traffic, each function of the paper.
enum Traffic: Feature {
  static let seed: Int? = 4
  static let requires = ["public.heartbeats", "public.get_live_traffic", "public.daily_usage_stats"]

  static var checks: [Check] { beats + live + TrafficDays.checks }

  private static var beats: [Check] {
    [
      check(
        "traffic.record-heartbeat",
        "record_heartbeat(): a page beats, signed in or anonymous, by the server's clock"
      ) {
        stage in
        let user = try stage.signUp("user")
        for persona in [Persona.anonymous, user] {
          let session = stage.cast.session()
          try beat(persona, session, "/pricing", stage)
          try stage.expectValue(
            "the beat of \(persona.name)",
            """
            select concat_ws(' ', user_id is not distinct from \(persona.id), page_path, created_at = now())
            from public.heartbeats where session_id = \(session)
            """, is: "t /pricing t")
        }
        return "2 visitors"
      },
      check(
        "traffic.direct-insert",
        "Allow inserts from anyone (anon + authenticated), as the paper's client does it"
      ) {
        stage in
        for persona in [Persona.anonymous, try stage.signUp("user")] {
          let session = stage.cast.session()
          try stage.as(persona) {
            _ = try stage.query(
              """
              insert into public.heartbeats (session_id, user_id, page_path)
              values (\(session), \(persona.id), '/')
              """)
          }
          try stage.expectValue(
            "the beat of \(persona.name)",
            """
            select concat_ws(' ', user_id is not distinct from \(persona.id), created_at = now())
            from public.heartbeats where session_id = \(session)
            """, is: "t t")
        }
        return "2 visitors"
      },
      check(
        "traffic.identity-comes-from-the-server",
        "A beat's user is its caller and its time is now, whatever it says"
      ) {
        stage in
        let (user, other) = (try stage.signUp("user"), try stage.signUp("other"))
        for persona in [Persona.anonymous, user] {
          let session = stage.cast.session()
          try stage.as(persona) {
            _ = try stage.query(
              "insert into public.heartbeats (session_id, user_id, page_path) values (\(session), \(other.id), '/')"
            )
            try stage.expectRefused(
              "a beat with a time of its own", with: "42501",
              """
              insert into public.heartbeats (session_id, page_path, created_at)
              values (\(session), '/', now() - interval '1 day')
              """)
          }
          for table in ["heartbeats", "live_sessions"] {
            try stage.expectValue(
              "the user in \(table), beaten for by \(persona.name)",
              """
              select coalesce(max(user_id::text), 'nobody') from public.\(raw: table) where session_id = \(session)
              """, is: persona.id ?? "nobody")
          }
        }
        return "2 forgeries, 2 refusals"
      },
      check("traffic.gateway", "A gateway beats for many visitors at once, and says who they are") { stage in
        let user = try stage.signUp("user")
        let sessions = [stage.cast.session(), stage.cast.session()]
        let batch = """
          [{"session_id": "\(sessions[0])", "user_id": "\(user.id ?? "")", "page_path": "/a"},
           {"session_id": "\(sessions[1])", "page_path": "/b"}]
          """
        let recorded = try stage.as(.service) {
          try stage.number("select public.record_heartbeats(\(batch)::jsonb)")
        }
        stage.expect("beats recorded", recorded, is: 2)
        let seen = try stage.column(
          """
          select concat_ws(' ', page_path, user_id) from public.live_sessions
          where session_id in (\(sessions[0]), \(sessions[1])) order by page_path
          """)
        stage.expect("live sessions", seen, is: ["/a \(user.id ?? "")", "/b"])
        return "2 beats"
      },
      check("traffic.no-insert-fails", "A beat of a day without a partition is kept, not lost") { stage in
        let session = stage.cast.session()
        for day in ["2001-02-03 04:05:06Z", "2101-02-03 04:05:06Z"] {
          try stage.query(
            "insert into public.heartbeats (session_id, page_path, created_at) values (\(session), '/', \(day))"
          )
        }
        try stage.expectValue(
          "beats kept", "select count(*) from public.heartbeats_default where session_id = \(session)",
          is: "2")
        return "a day long ago, a day far ahead"
      },
      check("traffic.beats-are-not-published", "Heartbeats are in no publication: admins ask, nobody is told")
      { stage in
        let published = try stage.column(
          """
          select pubname || ': ' || tablename from pg_publication_tables
          where tablename ~ '^(heartbeats|live_sessions|daily_usage_stats)'
          """)
        stage.expect("published", published, is: [])
        return "0 tables"
      },
    ]
  }

  private static var live: [Check] {
    [
      check(
        "traffic.live-traffic", "get_live_traffic(): users, sessions, signed in, anonymous, in the last 60 s"
      ) {
        stage in
        try clear(stage)
        let user = try stage.signUp("user")
        for session in ["laptop", "phone"] { try beat(user, session + "-of-the-user", "/rooms", stage) }
        try beat(.anonymous, "visitor-1", "/", stage)
        try beat(.anonymous, "visitor-2", "/rooms", stage)
        try beat(.anonymous, "visitor-3", "/gone", stage)
        try stage.query(
          "update public.live_sessions set seen = now() - interval '60 s' where session_id = 'visitor-3'")
        stage.expect("the traffic", try traffic(stage), is: "1 4 2 2")
        return "1 user twice, 2 of 3 visitors"
      },
      check("traffic.latest-page", "get_live_traffic() counts a session once, on its latest page") { stage in
        try clear(stage)
        for page in ["/one", "/two", "/three"] {
          try beat(.anonymous, "visitor", page, stage)
          try stage.query(
            "update public.live_sessions set seen = seen - interval '15 s' where session_id = 'visitor'")
        }
        stage.expect("the top pages", try topPages(stage), is: #"[{"path": "/three", "count": 1}]"#)
        return "3 pages, 1 session"
      },
      check("traffic.changing-identity", "Signing in or out in the middle makes no second session") { stage in
        try clear(stage)
        let user = try stage.signUp("user")
        for (persona, expected) in [
          (Persona.anonymous, "0 1 0 1"), (user, "1 1 1 0"), (.anonymous, "0 1 0 1"),
        ] {
          try stage.query("update public.live_sessions set seen = seen - interval '15 s'")
          try beat(persona, "the-session", "/", stage)
          stage.expect("the traffic as \(persona.name)", try traffic(stage), is: expected)
        }
        return "in and out"
      },
      check("traffic.top-pages", "Top pages: the five with the most sessions, and [] when there are none") {
        stage in
        try clear(stage)
        stage.expect("the top pages of nobody", try topPages(stage), is: "[]")
        stage.expect("the traffic of nobody", try traffic(stage), is: "0 0 0 0")
        for (page, sessions) in [("/a", 6), ("/b", 5), ("/c", 4), ("/d", 3), ("/e", 2), ("/f", 1)] {
          for number in 1...sessions { try beat(.anonymous, "\(page)-\(number)", page, stage) }
        }
        let paths = ["/a", "/b", "/c", "/d", "/e"].enumerated().map {
          #"{"path": "\#($1)", "count": \#(6 - $0)}"#
        }
        stage.expect("the top pages", try topPages(stage), is: "[" + paths.joined(separator: ", ") + "]")
        return "6 pages, 21 sessions"
      },
      check("traffic.admins-only", "Only admins can read: traffic, days, beats and live sessions") { stage in
        let (user, admin) = (try stage.signUp("user", profile: true), try stage.signUp("admin", admin: true))
        try beat(user, stage.cast.session(), "/", stage)
        let calls: [SQL] = [
          "select * from public.get_live_traffic()", "select * from public.get_daily_active_users()",
        ]
        let tables: [SQL] = [
          "select count(*) from public.heartbeats", "select count(*) from public.live_sessions",
        ]
        for persona in [user, .anonymous] {
          try stage.as(persona) {
            for call in calls { try stage.expectRefused("\(call) by \(persona.name)", with: "42501", call) }
          }
        }
        for table in tables {
          let seen = try stage.as(user) { try stage.number(table) }
          stage.expect("\(table) by a user", seen, is: 0)
          try stage.as(.anonymous) { try stage.expectRefused("\(table) by a visitor", with: "42501", table) }
          stage.expect(try stage.as(admin) { try stage.number(table) } > 0, "\(table): an admin sees nothing")
        }
        for call in calls { try stage.as(admin) { _ = try stage.query(call) } }
        return "2 functions, 2 tables"
      },
    ]
  }

  static func beat(_ persona: Persona, _ session: String, _ page: String, _ stage: Stage) throws {
    try stage.as(persona) { _ = try stage.query("select public.record_heartbeat(\(session), \(page))") }
  }

  private static func clear(_ stage: Stage) throws { try stage.query("delete from public.live_sessions") }

  /// Users, sessions, signed-in sessions, anonymous sessions, as an admin sees them.
  private static func traffic(_ stage: Stage) throws -> String {
    try asAdmin(
      """
      select concat_ws(' ', active_users, active_sessions, authenticated_users, anonymous_sessions)
      from public.get_live_traffic()
      """, stage)
  }

  private static func topPages(_ stage: Stage) throws -> String {
    try asAdmin(
      """
      select coalesce(jsonb_agg(page order by n)::text, '[]')
      from public.get_live_traffic(), jsonb_array_elements(top_pages) with ordinality as p (page, n)
      """, stage)
  }

  static func asAdmin(_ sql: SQL, _ stage: Stage) throws -> String {
    let admin = try stage.signUp("admin", admin: true)
    return try stage.as(admin) { try stage.value(sql) ?? "null" }
  }
}
