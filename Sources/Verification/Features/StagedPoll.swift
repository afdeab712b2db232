/// A poll with two options, made for a check.
struct StagedPoll: Sendable {
  var id: String
  var options: [String]
  var creator: Persona

  /// Somebody signs up, drafts it and opens it, as a client would.
  static func make(_ stage: Stage, status: String = "active") throws -> StagedPoll {
    let creator = try stage.signUp("creator")
    return try stage.as(creator) {
      let id = try stage.value("insert into public.polls (question) values ('Shall we?') returning id") ?? ""
      let options = try ["Yes", "No"].map { label in
        try stage.value(
          "insert into public.poll_options (poll_id, label) values (\(id), \(label)) returning id") ?? ""
      }
      let poll = StagedPoll(id: id, options: options, creator: creator)
      for next in ["active", "closed"] where status == next || status == "closed" {
        try poll.become(next, stage)
      }
      return poll
    }
  }

  /// As its creator, who acts already.
  func become(_ status: String, _ stage: Stage) throws {
    try stage.query("update public.polls set status = \(status) where id = \(id)")
  }

  func press(_ voter: Persona, _ stage: Stage) throws -> String {
    try stage.as(voter) { try stage.value("select public.start_hold(\(id))") ?? "" }
  }

  /// Lets the time pass for a hold: it began so much earlier, and beat as long ago.
  func pass(seconds: String, hold: String, silent: String = "0", _ stage: Stage) throws {
    try stage.query(
      "update public.button_holds set started_at = started_at - \(seconds)::interval where id = \(hold)")
    try stage.query(
      "update public.button_hold_beats set seen = seen - \(silent)::interval where hold_id = \(hold)")
  }

  func vote(_ voter: Persona, hold: String, option: Int = 0, _ stage: Stage) throws -> String {
    try stage.as(voter) { try stage.value("select public.cast_vote(\(hold), \(options[option]))") ?? "" }
  }

  func state(of hold: String, _ voter: Persona, _ stage: Stage) throws -> String {
    try stage.as(voter) {
      try stage.value("select state from public.hold_states where hold_id = \(hold)") ?? ""
    }
  }

  func results(_ stage: Stage) throws -> [Int] {
    try stage.column(
      "select votes from public.poll_results where poll_id = \(id) order by option_id"
    ).compactMap { Int($0) }
  }
}
