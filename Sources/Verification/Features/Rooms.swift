import PostgresClient

/// Seed 001: the nine lines of its testing checklist, in its words, and what they rest on.
enum Rooms: Feature {
  static let seed: Int? = 1
  static let requires = ["public.room_participants", "public.participant_heartbeat", "muster.live_count"]

  static var checks: [Check] { checklist + tabs + RoomRules.checks }

  private static var checklist: [Check] {
    [
      check("rooms.joining-counts-at-once", "Student joins competition → active count increases immediately")
      {
        stage in
        let room = try StagedRoom.make(stage)
        stage.expect("active before", try room.activeInCompetition(stage), is: 0)
        for number in 1...3 {
          try room.beat(stage.signUp("student \(number)"), stage)
          stage.expect("active after joining", try room.activeInCompetition(stage), is: number)
        }
        return "3 students, list, function and count"
      },
      check("rooms.vanishing-counts-for-30-s", "Student closes tab → active count decreases after 30s") {
        stage in
        let room = try StagedRoom.make(stage)
        let (gone, here) = (try stage.signUp("gone"), try stage.signUp("here"))
        try room.beat(gone, stage)
        try room.beat(here, stage)
        for beat in 1...2 {
          try room.pass(seconds: 15, stage)
          try room.beat(here, stage)
          stage.expect(
            "active \(beat * 15) s later", try room.activeInCompetition(stage), is: beat == 1 ? 2 : 1)
        }
        return "2 students, 1 vanished"
      },
      check("rooms.teacher-is-not-counted", "Teacher not included in active count") { stage in
        let room = try StagedRoom.make(stage)
        let (student, teacher) = (try stage.signUp("student"), try stage.signUp("teacher"))
        try room.beat(student, stage)
        try room.beat(teacher, stage)
        stage.expect("active while both are students", try room.activeInCompetition(stage), is: 2)
        try stage.as(room.creator) {
          _ = try stage.query("select public.set_participant_role(\(room.id), \(teacher.id), 'teacher')")
        }
        stage.expect("active", try room.activeInCompetition(stage), is: 1)
        try room.beat(teacher, stage)
        stage.expect("active after the teacher has beaten", try room.activeInCompetition(stage), is: 1)
        return "1 teacher, 1 student"
      },
      check("rooms.creator-is-not-counted", "Room creator not included in active count") { stage in
        let room = try StagedRoom.make(stage)
        try room.beat(room.creator, stage)
        try room.beat(stage.signUp("student"), stage)
        stage.expect("active in the competition", try room.activeInCompetition(stage), is: 1)
        stage.expect("active in the room", try room.active(stage), is: 1)
        return "1 creator, 1 student"
      },
      check("rooms.tabs-count-once", "Multiple tabs from same user = counted as 1") { stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        for tab in ["one", "two", "three"] {
          try room.beat(student, tab: tab, stage)
          stage.expect("active with tab \(tab)", try room.activeInCompetition(stage), is: 1)
        }
        try stage.expectValue(
          "rows of the user",
          "select count(*) from public.room_participants where room_id = \(room.id) and user_id = \(student.id)",
          is: "1")
        return "3 tabs"
      },
      check("rooms.reload-resets-nothing", "Page refresh doesn't reset active status") { stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        try room.beat(student, tab: "before", stage)
        try stage.query(
          """
          update public.room_participants set joined_at = now() - interval '10 min' where user_id = \(student.id)
          """)
        try room.age(seconds: 12, stage)
        let id = try room.participant(student, stage)
        try room.leave(student, tab: "before", stage)
        try room.beat(student, tab: "after", stage)
        stage.expect("active after the reload", try room.activeInCompetition(stage), is: 1)
        stage.expect("the participant", try room.participant(student, stage), is: id)
        try stage.expectValue(
          "present for", "select now() - joined_at from public.room_participants where id = \(id)",
          is: "00:10:00")
        return "the presence goes on"
      },
      check("rooms.changes-are-delivered", "Realtime updates work across all clients") { stage in
        for table in ["public.room_participants", "public.rooms", "public.competitions", "muster.live_count"]
        {
          try stage.expectValue(
            "\(table) in the publication",
            """
            select count(*) from pg_publication_tables
            where pubname = 'muster' and schemaname || '.' || tablename = \(table)
            """, is: "1")
        }
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        try room.beat(student, stage)
        _ = try room.activeInCompetition(stage)
        for reader in [room.creator, student] {
          let topics = try stage.as(reader) {
            try stage.column(
              """
              select topic || ' ' || value from muster.live_count
              where topic in ('room:' || \(room.id), 'competition:' || \(room.competition)) order by 1
              """)
          }
          stage.expect(
            "counts that \(reader.name) reads", topics,
            is: ["competition:\(room.competition) 1", "room:\(room.id) 1"])
        }
        return "facts and counts, to whoever may read them"
      },
      check("rooms.stale-presences-are-cleaned-up", "Stale session cleanup works") { stage in
        let room = try StagedRoom.make(stage)
        let (gone, here) = (try stage.signUp("gone"), try stage.signUp("here"))
        try room.beat(gone, stage)
        try room.beat(here, stage)
        try room.pass(seconds: 31, stage)
        try room.beat(here, stage)
        stage.expect(
          try stage.number("select public.cleanup_stale_sessions()") >= 1, "the clean-up found nothing")
        try stage.expectValue(
          "whoever vanished",
          """
          select concat_ws(' ', now() - left_at, is_in_competition, current_competition_id, role)
          from public.room_participants where room_id = \(room.id) and user_id = \(gone.id)
          """, is: "00:00:31 f student")
        try stage.expectValue(
          "whoever is here",
          """
          select concat_ws(' ', left_at, is_in_competition)
          from public.room_participants where room_id = \(room.id) and user_id = \(here.id)
          """, is: "t")
        return "left when last seen, role kept"
      },
    ]
  }

  private static var tabs: [Check] {
    [
      check("rooms.closing-tab-keeps-the-younger-tab", "A closing tab cannot end a younger tab's presence") {
        stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        for (older, younger) in [("a", "b"), ("b", "c"), ("c", "d")] {
          try room.beat(student, tab: older, stage)
          try room.pass(seconds: 7, stage)
          try room.beat(student, tab: younger, stage)
          stage.expect(try !room.leave(student, tab: older, stage), "the older tab ended the presence")
          stage.expect("active", try room.activeInCompetition(stage), is: 1)
        }
        stage.expect(try room.leave(student, tab: "d", stage), "the last tab did not end the presence")
        stage.expect("active after the last tab", try room.activeInCompetition(stage), is: 0)
        return "4 tabs, closed in turn"
      },
      check(
        "rooms.closing-the-younger-tab-keeps-the-older", "The younger tab closes while the older one lives"
      ) {
        stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        try room.beat(student, tab: "older", stage)
        try room.beat(student, tab: "younger", stage)
        try room.leave(student, tab: "younger", stage)
        stage.expect("active", try room.activeInCompetition(stage), is: 1)
        try room.leave(student, tab: "older", stage)
        stage.expect("active after both", try room.activeInCompetition(stage), is: 0)
        return "2 tabs"
      },
      check(
        "rooms.beats-are-no-events", "Beats of two tabs in turn change no fact, and so reach no subscriber"
      ) {
        stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        try room.beat(student, tab: "one", stage)
        let condition: SQL = "room_id = \(room.id)"
        let row = try stage.address(in: "public.room_participants", where: condition)
        for tab in ["two", "one", "two", "one"] {
          try room.age(seconds: 7, stage)
          try room.beat(student, tab: tab, stage)
        }
        stage.expect("the row", try stage.address(in: "public.room_participants", where: condition), is: row)
        return "4 beats"
      },
      check("rooms.switching", "Switching rooms: counted where he is; the other room lets him go in time") {
        stage in
        let (first, second) = (try StagedRoom.make(stage), try StagedRoom.make(stage))
        let student = try stage.signUp("student")
        try first.beat(student, stage)
        try first.leave(student, stage)
        try second.beat(student, stage)
        stage.expect("active in the first room", try first.active(stage), is: 0)
        stage.expect("active in the second room", try second.active(stage), is: 1)
        return "2 rooms"
      },
      check(
        "rooms.entering-a-competition",
        "Entering and leaving a competition moves the counts, not the presence"
      ) {
        stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        for inCompetition in [false, true, false, true] {
          try room.beat(student, inCompetition: inCompetition, stage)
          stage.expect("active in the room", try room.active(stage), is: 1)
          stage.expect(
            "active in the competition", try room.activeInCompetition(stage), is: inCompetition ? 1 : 0)
        }
        return "2 times in and out"
      },
      check("rooms.history", "It is known who was here from when to when") { stage in
        let room = try StagedRoom.make(stage)
        let student = try stage.signUp("student")
        try room.beat(student, stage)
        try room.pass(seconds: 40, stage)
        try stage.query(
          "update public.room_participants set joined_at = now() - interval '5 min' where user_id = \(student.id)"
        )
        _ = try stage.sweep("public.room_participants")
        try stage.query(
          "update public.room_participants set left_at = left_at - interval '1 min' where user_id = \(student.id)"
        )
        try room.beat(student, stage)
        let visits = try stage.as(student) {
          try stage.column(
            """
            select concat_ws(' ', now() - joined_at, now() - left_at) from public.participant_history
            where room_id = \(room.id) order by joined_at
            """)
        }
        stage.expect("visits", visits, is: ["00:05:00 00:01:40", "00:00:00"])
        return "2 visits"
      },
    ]
  }
}
