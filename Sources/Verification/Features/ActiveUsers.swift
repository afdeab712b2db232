import PostgresClient

/// Seed 000: how many people are here, step by step.
enum ActiveUsers: Feature {
  static let seed: Int? = 0
  static let requires = ["public.active_users", "public.register_session", "muster.live_count"]

  static var checks: [Check] {
    [
      check("active-users.register", "1. A browser that registers a session is on the roll, and counted") {
        stage in
        let before = try count(stage)
        let session = try register(stage)
        try stage.expectValue(
          "sessions on the roll",
          "select count(*) from public.active_users where session_id = \(session) and created_at = now()",
          is: "1")
        try stage.expectValue(
          "its beat", "select seen = now() from public.active_user_beats where session_id = \(session)",
          is: "t")
        stage.expect("the count", try count(stage), is: before + 1)
        return "1 session"
      },
      check("active-users.register-twice", "Registering again is a beat, and counts nobody twice") { stage in
        let session = try register(stage)
        let before = try count(stage)
        let row = try stage.address(in: "public.active_users", where: "session_id = \(session)")
        try age(session, by: 20, stage)
        try call("register_session", session, stage)
        stage.expect("the count", try count(stage), is: before)
        stage.expect(
          "the row", try stage.address(in: "public.active_users", where: "session_id = \(session)"), is: row)
        try stage.expectValue(
          "its beat", "select seen = now() from public.active_user_beats where session_id = \(session)",
          is: "t")
        return "1 session"
      },
      check("active-users.heartbeat", "2. A heartbeat every 20 s keeps the session, and touches no fact") {
        stage in
        let session = try register(stage)
        let other = try register(stage)
        let row = try stage.address(in: "public.active_users", where: "session_id = \(session)")
        for _ in 1...5 {
          try age(session, by: 20, stage)
          try age(other, by: 11, stage)
          try call("heartbeat_session", session, stage)
        }
        try stage.expectValue(
          "its last beat", "select seen = now() from public.active_user_beats where session_id = \(session)",
          is: "t")
        try stage.expectValue(
          "the beat of another session",
          "select seen = now() - interval '55 s' from public.active_user_beats where session_id = \(other)",
          is: "t")
        stage.expect(
          "the fact", try stage.address(in: "public.active_users", where: "session_id = \(session)"), is: row)
        return "100 s in 5 beats"
      },
      check(
        "active-users.change-is-delivered", "3. Any change reaches all browsers: roll and count are published"
      ) {
        stage in
        try stage.expectValue(
          "what the publication shows of a session",
          """
          select string_agg(name, ', ' order by name) from pg_publication_tables, unnest(attnames) as name
          where pubname = 'muster' and schemaname = 'public' and tablename = 'active_users'
          """, is: "created_at, id")
        try stage.expectValue(
          "the count is published",
          """
          select count(*) from pg_publication_tables
          where pubname = 'muster' and schemaname = 'muster' and tablename = 'live_count'
          """, is: "1")
        return "without the session's id"
      },
      check("active-users.count", "4. Every browser asks get_active_user_count(), signed in or not") {
        stage in
        let before = try count(stage)
        for _ in 1...3 { _ = try register(stage) }
        try stage.query("select muster.refresh_counts(true)")
        for persona in [Persona.anonymous, try stage.signUp("reader"), .service] {
          let seen = try stage.as(persona) { try stage.number("select public.get_active_user_count()") }
          stage.expect("the count for \(persona.name)", seen, is: before + 3)
        }
        return "3 readers"
      },
      check("active-users.count-changes-once", "5. The counter is written when it changes, and only then") {
        stage in
        _ = try register(stage)
        _ = try count(stage)
        let row = try stage.address(in: "muster.live_count", where: "topic = 'active_users'")
        _ = try count(stage)
        stage.expect(
          "the counter, recounted",
          try stage.address(in: "muster.live_count", where: "topic = 'active_users'"), is: row)
        _ = try register(stage)
        _ = try count(stage)
        stage.expect(
          try stage.address(in: "muster.live_count", where: "topic = 'active_users'") != row,
          "a new session did not change the counter")
        return "3 recounts, 1 write"
      },
      check("active-users.end", "6. Closing the page ends the session at once") { stage in
        let session = try register(stage)
        let other = try register(stage)
        let before = try count(stage)
        try call("end_session", session, stage)
        stage.expect("the count", try count(stage), is: before - 1)
        try stage.expectValue(
          "the session", "select count(*) from public.active_users where session_id = \(session)", is: "0")
        try stage.expectValue(
          "its beat", "select count(*) from public.active_user_beats where session_id = \(session)", is: "0")
        try stage.expectValue(
          "another session", "select count(*) from public.active_users where session_id = \(other)", is: "1")
        return "2 sessions, 1 ended"
      },
      check(
        "active-users.clean-up",
        "7. A session that has been silent for 60 s is removed, by one clean-up for all"
      ) {
        stage in
        try stage.query("select public.cleanup_stale_sessions()")
        let silent = try register(stage)
        let beating = try register(stage)
        try age(silent, by: 61, stage)
        stage.expect("rows cleaned up", try stage.number("select public.cleanup_stale_sessions()"), is: 1)
        try stage.expectValue(
          "sessions left",
          "select string_agg(session_id, ' ') from public.active_users where session_id in (\(silent), \(beating))",
          is: beating)
        try stage.expectValue(
          "functions called cleanup_stale_sessions",
          "select count(*) from pg_proc where proname = 'cleanup_stale_sessions'", is: "1")
        return "1 of 2 sessions"
      },
      check("active-users.comes-back", "A laptop that slept, and whose session was removed, is counted again")
      { stage in
        let session = try register(stage)
        try age(session, by: 3_600, stage)
        _ = try stage.sweep("public.active_users")
        let before = try count(stage)
        try call("heartbeat_session", session, stage)
        stage.expect("the count", try count(stage), is: before + 1)
        return "after an hour"
      },
      check("active-users.gateway", "A gateway beats for many sessions at once, each as if alone") { stage in
        let sessions = try (1...100).map { _ in try register(stage) }
        let list = RelationFacts.array(sessions + [sessions[0]])
        try stage.query("update public.active_user_beats set seen = now() - interval '40 s'")
        let beaten = try stage.as(.service) {
          try stage.number("select public.heartbeat_sessions(\(list)::text[])")
        }
        stage.expect("sessions beaten", beaten, is: 100)
        try stage.expectValue(
          "beats of now", "select count(*) from public.active_user_beats where seen = now()", is: "100")
        return "100 sessions, one of them twice"
      },
      check("active-users.session-id-is-long", "A session id that could be guessed is refused") { stage in
        for id in ["", "short", String(repeating: "x", count: 201)] {
          try stage.as(.anonymous) {
            try stage.expectRefused(
              "an id of \(id.count) characters", with: "22023", "select public.register_session(\(id))")
          }
        }
        return "3 ids"
      },
    ]
  }

  private static func register(_ stage: Stage) throws -> String { try LiveRelation.activeUsers.make(stage) }

  private static func call(_ function: String, _ session: String, _ stage: Stage) throws {
    try stage.as(.anonymous) { _ = try stage.query("select public.\(raw: function)(\(session))") }
  }

  private static func count(_ stage: Stage) throws -> Int { try stage.liveCount("active_users") }

  private static func age(_ session: String, by seconds: Int, _ stage: Stage) throws {
    try stage.query(
      """
      update public.active_user_beats set seen = seen - interval '\(seconds) s' where session_id = \(session)
      """)
  }
}
