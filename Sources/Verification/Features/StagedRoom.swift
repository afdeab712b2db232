/// A room with one competition, made for a check.
struct StagedRoom: Sendable {
  var id: String
  var competition: String
  var creator: Persona

  /// Somebody signs up and makes it, as a client would.
  static func make(_ stage: Stage) throws -> StagedRoom {
    let creator = try stage.signUp("creator")
    return try stage.as(creator) {
      let id = try stage.value("insert into public.rooms (name) values ('A room') returning id") ?? ""
      let competition = try stage.value(
        "insert into public.competitions (room_id, name) values (\(id), 'A competition') returning id")
      return StagedRoom(id: id, competition: competition ?? "", creator: creator)
    }
  }

  /// A tab shows the room, or its competition, and beats.
  func beat(_ user: Persona, tab: String = "tab", inCompetition: Bool = true, _ stage: Stage) throws {
    let competition: SQL = inCompetition ? "\(competition)" : "null"
    try stage.as(user) {
      _ = try stage.query("select public.participant_heartbeat(\(id), \(tab), \(competition))")
    }
  }

  /// A tab closes; says whether the presence ended with it.
  @discardableResult
  func leave(_ user: Persona, tab: String = "tab", _ stage: Stage) throws -> Bool {
    try stage.as(user) { try stage.flag("select public.leave_room(\(id), \(tab))") }
  }

  /// Lets the time pass for everybody in the room, as if the whole had happened earlier.
  func pass(seconds: Int, _ stage: Stage) throws {
    try age(seconds: seconds, stage)
    try stage.query(
      """
      update public.room_participants
      set joined_at = joined_at - interval '\(seconds) s', left_at = left_at - interval '\(seconds) s'
      where room_id = \(id)
      """)
  }

  /// Makes the beats older, and leaves the facts alone.
  func age(seconds: Int, _ stage: Stage) throws {
    let past: SQL = "interval '\(seconds) s'"
    try stage.query(
      """
      update public.room_participant_beats b
      set seen = b.seen - \(past), other_seen = b.other_seen - \(past)
      from public.room_participants p where p.id = b.participant_id and p.room_id = \(id)
      """)
  }

  /// The live count of the competition as the list, the function and the count say: all three have to agree.
  func activeInCompetition(_ stage: Stage) throws -> Int {
    let view = try stage.number(
      "select count(*) from public.active_competition_participants where current_competition_id = \(competition)"
    )
    let function = try stage.as(creator) {
      try stage.number("select count(*) from public.get_active_competition_participants(\(competition))")
    }
    stage.expect("get_active_competition_participants()", function, is: view)
    stage.expect("the live count", try stage.liveCount("competition:" + competition), is: view)
    return view
  }

  /// Likewise those in the room.
  func active(_ stage: Stage) throws -> Int {
    let view = try stage.number(
      "select count(*) from public.active_room_participants where room_id = \(id)")
    let function = try stage.as(creator) {
      try stage.number("select count(*) from public.get_active_participants(\(id))")
    }
    stage.expect("get_active_participants()", function, is: view)
    stage.expect("the live count", try stage.liveCount("room:" + id), is: view)
    return view
  }

  func participant(_ user: Persona, _ stage: Stage) throws -> String {
    try stage.value(
      "select id from public.room_participants where room_id = \(id) and user_id = \(user.id)") ?? ""
  }
}
