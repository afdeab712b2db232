import PostgresClient

/// Who may do what in a room: what the paper's architecture takes for granted.
enum RoomRules: Feature {
  static let seed: Int? = 1
  static let requires = Rooms.requires

  static var checks: [Check] {
    [
      check("rooms.sign-in-first", "Only a signed-in user can be in a room, and only as himself") { stage in
        let room = try StagedRoom.make(stage)
        let nameless = Persona(name: "no sub", role: "authenticated", claims: #"{"role": "authenticated"}"#)
        try stage.as(nameless) {
          try stage.expectRefused("joining without an identity", "select public.join_room(\(room.id))")
          try stage.expectRefused(
            "beating without an identity", "select public.participant_heartbeat(\(room.id), 'tab')")
        }
        try stage.expectValue(
          "participants", "select count(*) from public.room_participants where room_id = \(room.id)", is: "0")
        return "2 refusals"
      },
      check("rooms.no-such-room", "A room or competition that is not there is refused, by its own SQLSTATE") {
        stage in
        let (room, other) = (try StagedRoom.make(stage), try StagedRoom.make(stage))
        try stage.as(stage.signUp("student")) {
          try stage.expectRefused("joining no room", with: "MU201", "select public.join_room(-1)")
          try stage.expectRefused(
            "another room's competition", with: "MU202",
            "select public.participant_heartbeat(\(room.id), 'tab', \(other.competition))")
        }
        return "MU201, MU202"
      },
      check("rooms.roles-come-from-the-creator", "Only the creator of a room makes somebody a teacher in it")
      { stage in
        let (room, other) = (try StagedRoom.make(stage), try StagedRoom.make(stage))
        let student = try stage.signUp("student")
        try room.beat(student, stage)
        for persona in [student, other.creator] {
          try stage.as(persona) {
            try stage.expectRefused(
              "promotion by \(persona.name)", with: "42501",
              "select public.set_participant_role(\(room.id), \(student.id), 'teacher')")
          }
        }
        try stage.as(room.creator) {
          try stage.expectRefused(
            "an unknown role", with: "22023",
            "select public.set_participant_role(\(room.id), \(student.id), 'owner')")
          try stage.expectRefused(
            "a role for somebody else", with: "MU203",
            "select public.set_participant_role(\(room.id), \(other.creator.id), 'teacher')")
        }
        try stage.expectValue(
          "his role", "select role from public.room_participants where user_id = \(student.id)", is: "student"
        )
        return "4 refusals"
      },
      check("rooms.outsiders-see-nothing", "Whoever does not belong to a room sees nobody in it") { stage in
        let room = try StagedRoom.make(stage)
        let (student, outsider) = (try stage.signUp("student"), try stage.signUp("outsider"))
        try room.beat(student, stage)
        for (persona, expected) in [(student, 1), (outsider, 0)] {
          let lists: [SQL] = [
            "public.get_active_participants(\(room.id))",
            "public.get_active_competition_participants(\(room.competition))",
            "public.active_room_participants where room_id = \(room.id)",
            "public.room_participants where room_id = \(room.id)",
            "public.rooms where id = \(room.id)",
          ]
          for list in lists {
            let seen = try stage.as(persona) { try stage.number("select count(*) from \(list)") }
            if seen != expected {
              stage.note("\(persona.name) sees \(seen) rows of \(list), expected \(expected)")
            }
          }
        }
        return "5 lists"
      },
      check("rooms.tabs-are-the-owners-secret", "Which tab beats is known to its user alone") { stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        try room.beat(student, tab: "the-tab", stage)
        try stage.as(student) {
          try stage.expectValue(
            "his own tab", "select session_id from public.get_my_presence(\(room.id))", is: "the-tab")
          try stage.expectRefused(
            "everybody's tabs", with: "42501", "select session_id from public.room_participant_beats")
        }
        return "1 tab"
      },
      check("rooms.deleting-a-room", "A creator deletes a room with all that is in it") { stage in
        let room = try StagedRoom.make(stage)
        try room.beat(stage.signUp("student"), stage)
        try stage.as(room.creator) {
          try stage.query("delete from public.competitions where id = \(room.competition)")
          try stage.query("delete from public.rooms where id = \(room.id)")
        }
        try stage.expectValue(
          "participants left", "select count(*) from public.room_participants where room_id = \(room.id)",
          is: "0")
        stage.expect("the live count", try stage.liveCount("room:" + room.id), is: 0)
        return "room, competition, participants"
      },
    ]
  }
}
