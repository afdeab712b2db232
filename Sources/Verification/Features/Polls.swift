import PostgresClient

/// Seed 002: each state and each transition of its diagrams.
enum Polls: Feature {
  static let seed: Int? = 2
  static let requires = ["public.button_holds", "public.cast_vote", "public.hold_states"]

  static var checks: [Check] { states + lifecycle + refusals + PollCounts.checks }

  private static var states: [Check] {
    [
      check("polls.idle", "[*] → Idle: a poll whose button nobody holds is idle") { stage in
        let poll = try StagedPoll.make(stage)
        try stage.as(stage.signUp("voter")) {
          try stage.expectValue(
            "the state", "select state from public.hold_states where poll_id = \(poll.id)", is: "idle")
        }
        return "1 poll"
      },
      check("polls.idle-to-holding", "Idle → Holding: button press start") { stage in
        let (poll, voter, hold) = try pressed(stage)
        stage.expect("the state", try poll.state(of: hold, voter, stage), is: "holding")
        try poll.pass(seconds: "2.999999 s", hold: hold, stage)
        stage.expect("the state after 2.999999 s", try poll.state(of: hold, voter, stage), is: "holding")
        return "up to 2.999999 s"
      },
      check("polls.holding-to-validating", "Holding → Validating: 3+ seconds hold, by the server's clock") {
        stage in
        let (poll, voter, hold) = try pressed(stage)
        try poll.pass(seconds: "3 s", hold: hold, stage)
        stage.expect("the state after 3 s", try poll.state(of: hold, voter, stage), is: "validating")
        let answer = try stage.as(voter) { try stage.value("select public.hold_heartbeat(\(hold))") }
        stage.expect("what a heartbeat answers", answer ?? "", is: "validating")
        return "from 3.000000 s on"
      },
      check("polls.holding-to-cancelled", "Holding → Cancelled: release early") { stage in
        let (poll, voter, hold) = try pressed(stage)
        try poll.pass(seconds: "2.9 s", hold: hold, stage)
        let answer = try stage.as(voter) { try stage.value("select public.release_hold(\(hold))") }
        stage.expect("what the release answers", answer ?? "", is: "cancelled")
        stage.expect("the state", try poll.state(of: hold, voter, stage), is: "cancelled")
        stage.expect("the votes", try poll.results(stage), is: [0, 0])
        return "after 2.9 s"
      },
      check("polls.validating-to-vote-cast", "Validating → Vote cast: validation success") { stage in
        let (poll, voter, hold) = try pressed(stage)
        try poll.pass(seconds: "3 s", hold: hold, stage)
        stage.expect(
          "what the vote answers", try poll.vote(voter, hold: hold, option: 1, stage), is: "vote_cast")
        stage.expect("the state", try poll.state(of: hold, voter, stage), is: "vote_cast")
        stage.expect("the votes", try poll.results(stage), is: [0, 1])
        try stage.expectValue(
          "the hold",
          "select concat_ws(' ', is_active, ended_at = now()) from public.button_holds where id = \(hold)",
          is: "f t")
        return "1 vote"
      },
      check("polls.validating-to-error", "Validating → Error: validation failed") { stage in
        let (poll, voter, hold) = try pressed(stage)
        try poll.pass(seconds: "20 s", hold: hold, silent: "10 s", stage)
        stage.expect(
          "the state of a hold that fell silent", try poll.state(of: hold, voter, stage), is: "error")
        try stage.as(voter) {
          try stage.expectRefused(
            "its vote", with: "MU006", "select public.cast_vote(\(hold), \(poll.options[0]))")
        }
        stage.expect("the votes", try poll.results(stage), is: [0, 0])
        return "silent for 10 s"
      },
      check("polls.ends", "Vote cast, cancelled and error are ends: nothing leads out of them") { stage in
        for end in ["vote_cast", "cancelled", "error"] {
          let (poll, voter, hold) = try pressed(stage)
          try poll.pass(
            seconds: end == "cancelled" ? "1 s" : "20 s", hold: hold, silent: end == "error" ? "10 s" : "0",
            stage)
          if end == "vote_cast" { _ = try poll.vote(voter, hold: hold, stage) }
          try stage.as(voter) { _ = try stage.query("select public.release_hold(\(hold))") }
          try stage.as(voter) {
            try stage.expectRefused("a heartbeat after \(end)", "select public.hold_heartbeat(\(hold))")
            try stage.expectRefused(
              "a vote after \(end)", "select public.cast_vote(\(hold), \(poll.options[0]))")
            _ = try stage.query("select public.release_hold(\(hold))")
          }
          stage.expect("the state", try poll.state(of: hold, voter, stage), is: end)
        }
        return "3 ends"
      },
    ]
  }

  private static var lifecycle: [Check] {
    [
      check("polls.pressing-makes-a-record", "Press button → a button_holds record, by the server's clock") {
        stage in
        let (_, voter, hold) = try pressed(stage)
        try stage.expectValue(
          "the record",
          """
          select concat_ws(' ', user_id = \(voter.id), started_at = now(), is_active, ended_at)
          from public.button_holds where id = \(hold)
          """, is: "t t t")
        return "1 hold"
      },
      check("polls.beats-keep-the-hold", "Every 3 seconds a heartbeat keeps the hold, and touches no fact") {
        stage in
        let (poll, voter, hold) = try pressed(stage)
        let row = try stage.address(in: "public.button_holds", where: "id = \(hold)")
        for _ in 1...5 {
          try stage.query(
            "update public.button_hold_beats set seen = seen - interval '3 s' where hold_id = \(hold)")
          try stage.as(voter) { _ = try stage.query("select public.hold_heartbeat(\(hold))") }
        }
        try stage.expectValue(
          "the last beat", "select seen = now() from public.button_hold_beats where hold_id = \(hold)",
          is: "t")
        stage.expect("the fact", try stage.address(in: "public.button_holds", where: "id = \(hold)"), is: row)
        stage.expect("the state", try poll.state(of: hold, voter, stage), is: "holding")
        return "5 beats"
      },
      check(
        "polls.releasing-ends", "Release button → the session is updated with ended_at, and counts no more"
      ) { stage in
        let before = try stage.liveCount("button_holds")
        let (_, voter, hold) = try pressed(stage)
        stage.expect("live holds", try stage.liveCount("button_holds"), is: before + 1)
        try stage.as(voter) { _ = try stage.query("select public.release_hold(\(hold))") }
        try stage.expectValue(
          "the record",
          "select concat_ws(' ', is_active, ended_at = now()) from public.button_holds where id = \(hold)",
          is: "f t")
        stage.expect("live holds", try stage.liveCount("button_holds"), is: before)
        return "1 hold"
      },
      check("polls.clean-up", "Background clean-up marks stale holds inactive, as of their last beat") {
        stage in
        let before = try stage.liveCount("button_holds")
        let (poll, _, hold) = try pressed(stage)
        try poll.pass(seconds: "30 s", hold: hold, silent: "12 s", stage)
        _ = try stage.sweep("public.button_holds")
        try stage.expectValue(
          "the record",
          "select concat_ws(' ', is_active, now() - ended_at) from public.button_holds where id = \(hold)",
          is: "f 00:00:12")
        stage.expect("live holds", try stage.liveCount("button_holds"), is: before)
        return "silent for 12 s"
      },
      check(
        "polls.latest-press-wins", "Pressing again, in another tab or after a reload, ends the hold before"
      ) { stage in
        let (poll, voter, first) = try pressed(stage)
        let second = try poll.press(voter, stage)
        stage.expect("the first hold", try poll.state(of: first, voter, stage), is: "cancelled")
        stage.expect("the second hold", try poll.state(of: second, voter, stage), is: "holding")
        return "2 tabs"
      },
    ]
  }

  private static var refusals: [Check] {
    [
      check(
        "polls.each-refusal-says-why", "Every refusal of a vote has its own SQLSTATE, a reason and a hint"
      ) { stage in
        let (poll, voter, hold) = try pressed(stage)
        let other = try stage.signUp("other")
        let elsewhere = try StagedPoll.make(stage)
        let (draft, closed) = (
          try StagedPoll.make(stage, status: "draft"), try StagedPoll.make(stage, status: "closed")
        )
        let nameless = Persona(name: "no sub", role: "authenticated", claims: #"{"role": "authenticated"}"#)
        let option = poll.options[0]
        let early: SQL = "select public.cast_vote(\(hold), \(option))"
        let refused: [(String, Persona, SQL)] = [
          ("MU001", nameless, "select public.start_hold(\(poll.id))"),
          ("MU002", voter, "select public.start_hold(-1)"),
          ("MU003", voter, "select public.start_hold(\(draft.id))"),
          ("MU004", voter, "select public.start_hold(\(closed.id))"),
          ("MU005", other, early),
          ("MU007", voter, early),
        ]
        for (state, persona, sql) in refused { try expectReason(state, persona, sql, stage) }
        try poll.pass(seconds: "3 s", hold: hold, stage)
        try expectReason(
          "MU008", voter, "select public.cast_vote(\(hold), \(elsewhere.options[0]))", stage)
        _ = try poll.vote(voter, hold: hold, stage)
        try expectReason("MU009", voter, early, stage)
        let again = try poll.press(voter, stage)
        try poll.pass(seconds: "3 s", hold: again, stage)
        try expectReason("MU009", voter, "select public.cast_vote(\(again), \(option))", stage)
        try stage.as(voter) { _ = try stage.query("select public.release_hold(\(again))") }
        try expectReason("MU006", voter, "select public.cast_vote(\(again), \(option))", stage)
        stage.expect("the votes", try poll.results(stage), is: [1, 0])
        return "MU001 to MU009"
      },
      check("polls.only-forward", "A poll goes from draft to active to closed, and keeps its question") {
        stage in
        let poll = try StagedPoll.make(stage, status: "closed")
        try stage.as(poll.creator) {
          try stage.expectRefused(
            "opening it again", with: "MU010",
            "update public.polls set status = 'active' where id = \(poll.id)")
          try stage.expectRefused(
            "another question", with: "MU011",
            "update public.polls set question = 'Or?' where id = \(poll.id)")
        }
        return "MU010, MU011"
      },
      check("polls.nobody-sets-the-clock", "No client can write when a hold began or last beat") { stage in
        let (_, voter, hold) = try pressed(stage)
        try stage.as(voter) {
          try stage.expectRefused(
            "an older hold", with: "42501",
            "update public.button_holds set started_at = now() - interval '1 h' where id = \(hold)")
          try stage.expectRefused(
            "a later beat", with: "42501",
            "update public.button_hold_beats set seen = now() + interval '1 h' where hold_id = \(hold)")
          try stage.expectRefused(
            "a hold of his own making", with: "42501",
            "insert into public.button_holds (poll_id, started_at) select poll_id, now() from public.button_holds"
          )
          try stage.expectRefused(
            "a vote without a hold", with: "42501",
            "insert into public.user_votes (poll_id, user_id, option_id) values (1, \(voter.id), 1)")
        }
        return "4 attempts"
      },
    ]
  }

  static func pressed(_ stage: Stage) throws -> (StagedPoll, Persona, hold: String) {
    let poll = try StagedPoll.make(stage)
    let voter = try stage.signUp("voter")
    return (poll, voter, try poll.press(voter, stage))
  }

  private static func expectReason(_ state: String, _ persona: Persona, _ sql: SQL, _ stage: Stage) throws {
    try stage.as(persona) {
      guard case .failure(let error) = try stage.attempt(sql) else {
        return stage.note("\(state): \(persona.name) was not refused")
      }
      stage.expect("the SQLSTATE", error.code?.rawValue ?? "", is: state)
      stage.expect(error.detail?.isEmpty == false, "\(state) gives no reason")
      stage.expect(error.hint?.isEmpty == false, "\(state) says not what to do")
    }
  }
}
