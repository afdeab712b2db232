import PostgresClient

/// One of the tracked relations, and how to make a live row in it, to make it older, and to see whether it counts.
struct LiveRelation: Sendable {
  /// `active users`, as promises call it.
  var name: String
  /// `public.active_users`.
  var relation: String
  /// Where the beats are, and by which column they and the relation know a row.
  var beats: String
  var beatsKey: String
  var key: String
  var threshold: Int
  var seed: Int
  /// Whether a beat brings back a row that was silent for too long; a hold that lapsed stays lapsed.
  var comesBack = true
  /// Makes a live row that nobody else has, and returns its key.
  var make: @Sendable (Stage) throws -> String
  /// Who beats for the row, and how.
  var beat: @Sendable (Stage, String) throws -> (Persona, SQL)
  /// Takes back what `make` made, users apart.
  var remove: @Sendable (String) -> SQL
  /// The public ways to see rows: each returns whether the row of this key is there.
  var sights: [Sight]

  struct Sight: Sendable {
    var name: String
    /// How many rows whoever looks sees; of the given one alone or of all, it does not matter: differences are judged.
    var count: @Sendable (Stage, String) throws -> Int
  }

  /// Says that the row was last seen so many microseconds after it would have become stale.
  func age(_ key: String, pastThreshold microseconds: Int) -> SQL {
    """
    update \(raw: beats) set seen = now() - interval '\(threshold) seconds' - \(microseconds) * interval '1 microsecond' \
    where \(raw: beatsKey) = \(key)
    """
  }

  /// Whether the row is there and has not been ended.
  func isLive(_ key: String, on stage: Stage) throws -> Bool {
    try stage.value(isGone(key, on: stage)) == "f"
  }

  /// A question that says t where the row is not there or has been ended.
  func isGone(_ key: String, on stage: Stage) throws -> SQL {
    let liveWhen = try stage.look(
      "select live_when from muster.liveness where relation = \(relation)::regclass"
    ).first?[0]
    return """
      select not exists (select from \(raw: relation) \
      where \(raw: self.key) = \(key) and (\(raw: liveWhen ?? "true")))
      """
  }

  static let all: [LiveRelation] = [activeUsers, roomParticipants, buttonHolds, liveSessions]

  static let activeUsers = LiveRelation(
    name: "active users", relation: "public.active_users", beats: "public.active_user_beats",
    beatsKey: "session_id", key: "session_id", threshold: 60, seed: 0,
    make: { stage in
      let session = stage.cast.session()
      try stage.as(.anonymous) { _ = try stage.query("select public.register_session(\(session))") }
      return session
    },
    beat: { _, session in (.anonymous, "select public.heartbeat_session(\(session))") },
    remove: { session in "delete from public.active_users where session_id = \(session)" },
    sights: [
      Sight(name: "get_active_user_count()") { stage, _ in
        try stage.query("select muster.refresh_counts(true)")
        return try stage.as(.anonymous) { try stage.number("select public.get_active_user_count()") }
      }
    ])

  static let roomParticipants = LiveRelation(
    name: "room participants", relation: "public.room_participants",
    beats: "public.room_participant_beats", beatsKey: "participant_id", key: "id", threshold: 30, seed: 1,
    make: { stage in
      let room = try StagedRoom.make(stage)
      let student = try stage.signUp("student")
      return try stage.as(student) {
        try stage.query("select public.participant_heartbeat(\(room.id), 'tab', \(room.competition))")
        return try stage.value("select public.join_room(\(room.id))") ?? ""
      }
    },
    beat: { stage, participant in
      let row = try stage.look(
        "select user_id, room_id, current_competition_id from public.room_participants where id = \(participant)"
      )
      let user = Persona.signedIn(row.first?[0] ?? "")
      return (user, "select public.participant_heartbeat(\(row.first?[1]), 'tab', \(row.first?[2]))")
    },
    remove: { participant in
      "delete from public.rooms r using public.room_participants p where p.id = \(participant) and r.id = p.room_id"
    },
    sights: [
      Sight(name: "active_room_participants") { stage, key in
        try stage.number("select count(*) from public.active_room_participants where id = \(key)")
      },
      Sight(name: "active_competition_participants") { stage, key in
        try stage.number("select count(*) from public.active_competition_participants where id = \(key)")
      },
      Sight(name: "the room's live count") { stage, key in
        try stage.liveCount("room:" + (try room(of: key, on: stage)))
      },
    ])

  private static func room(of participant: String, on stage: Stage) throws -> String {
    try stage.value("select room_id from public.room_participants where id = \(participant)") ?? ""
  }

  static let buttonHolds = LiveRelation(
    name: "button holds", relation: "public.button_holds", beats: "public.button_hold_beats",
    beatsKey: "hold_id", key: "id", threshold: 10, seed: 2, comesBack: false,
    make: { stage in
      let poll = try StagedPoll.make(stage)
      let voter = try stage.signUp("voter")
      let hold = try stage.as(voter) { try stage.value("select public.start_hold(\(poll.id))") ?? "" }
      try stage.query(
        "update public.button_holds set started_at = now() - interval '1 hour' where id = \(hold)")
      return hold
    },
    beat: { stage, hold in
      let user = try stage.look("select user_id from public.button_holds where id = \(hold)").first?[0]
      return (.signedIn(user ?? ""), "select public.hold_heartbeat(\(hold))")
    },
    remove: { hold in
      "delete from public.polls p using public.button_holds h where h.id = \(hold) and p.id = h.poll_id"
    },
    sights: [
      Sight(name: "hold_states") { stage, key in
        try stage.number(
          "select count(*) from public.hold_states where hold_id = \(key) and ended_at is null")
      },
      Sight(name: "get_live_hold_count()") { stage, _ in
        try stage.query("select muster.refresh_counts(true)")
        return try stage.as(.anonymous) { try stage.number("select public.get_live_hold_count()") }
      },
    ])

  static let liveSessions = LiveRelation(
    name: "live sessions", relation: "public.live_sessions", beats: "public.live_sessions",
    beatsKey: "session_id", key: "session_id", threshold: 60, seed: 4,
    make: { stage in
      let session = stage.cast.session()
      try stage.as(.anonymous) { _ = try stage.query("select public.record_heartbeat(\(session), '/')") }
      return session
    },
    beat: { _, session in (.anonymous, "select public.record_heartbeat(\(session), '/')") },
    remove: { session in
      """
      delete from public.live_sessions where session_id = \(session); \
      delete from public.heartbeats where session_id = \(session)
      """
    },
    sights: [
      Sight(name: "get_live_traffic()") { stage, _ in
        let admin = try stage.signUp("admin", admin: true)
        return try stage.as(admin) {
          try stage.number("select active_sessions from public.get_live_traffic()")
        }
      }
    ])
}
