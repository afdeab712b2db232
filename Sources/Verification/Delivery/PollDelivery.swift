/// Seed 002: votes, statistics and the number of hands on the button, on every dashboard.
enum PollDelivery {
  static let checks: [Check] = [vote, statistics, holds]

  private static func dashboards(_ context: CheckContext) -> Int { context.clients ?? 1_000 }

  private static func check(
    _ name: String, _ promise: String, requires: [String] = [],
    play: @escaping @Sendable (Crew, Poll) async throws -> Outcome
  ) -> Check {
    Crew.check(
      "polls.\(name)", seed: 2, promise,
      requires: ["public.cast_vote", "public.poll_results", "public.statistics"] + requires,
      // Half of the dashboards are visitors'; of those who are signed in, some vote.
      people: { max(Poll.voters + 1, dashboards($0) / 2) },
      cleanup: { "delete from public.polls where starts_with(question, \($0.mark))" },
      play: { crew in try await play(crew, try await Poll.open(crew)) })
  }

  /// Everybody with a dashboard: those who are signed in, and visitors.
  private static func audience(_ crew: Crew) -> [Persona] {
    (0..<max(crew.people.count, dashboards(crew.context))).map {
      $0 < crew.people.count ? crew.people[$0] : Persona.anonymous
    }
  }

  private static let vote = check(
    "vote-reaches-every-client",
    "A vote is in the results and the statistics that everybody sees within a second"
  ) { crew, poll in
    let ballots = try await poll.holdLongEnough(crew)
    let statistic = Int(try await crew.own("select votes from public.statistics") ?? "") ?? 0
    let page = Query(
      """
      select concat(
        (select pg_catalog.string_agg(votes::text, ':' order by option_id) from public.poll_results
         where poll_id = $1::bigint), ' of ', (select votes from public.statistics))
      """, poll.id)
    let told = [
      Subscription("public.poll_result_shards", where: "poll_id", is: poll.id),
      Subscription("public.statistic_shards", where: "name", is: "votes"),
    ]
    let report = try await crew.deliver(to: audience(crew).map { Subscriber(Viewpoint($0, page), told) }) {
      delivery in
      var results = [0, 0]
      for number in 1...ballots.count {
        let ballot = ballots[number - 1]
        results[number % 2] += 1
        let right = "\(results[0]):\(results[1]) of \(statistic + number)"
        try await delivery.round("cast_vote", { _, _ in right }) {
          try await crew.call(
            as: ballot.voter,
            "select public.cast_vote(\(ballot.hold)::bigint, \(poll.options[number % 2])::bigint)")
        }
      }
    }
    return report.outcome
  }

  private static let statistics = check(
    "statistics-reach-every-dashboard",
    "A new poll, a boost and a registration are in the statistics that everybody sees within a second",
    requires: ["public.poll_boosts", "public.profiles"]
  ) { crew, poll in
    let page = Query("select concat_ws(' ', polls, boosts, registrations) from public.statistics")
    let before = try await crew.own(SQL(raw: page.sql))?.split(separator: " ").compactMap { Int($0) } ?? []
    guard before.count == 3 else { throw Finding("public.statistics has no row") }
    let told = [Subscription("public.statistic_shards")]
    let actor = crew.people[0]
    let causes: [(name: String, cause: SQL)] = [
      ("a new poll", "insert into public.polls (question) values (\(crew.mark + "another?"))"),
      ("a boost", "insert into public.poll_boosts (poll_id) values (\(poll.id)::bigint)"),
      ("a registration", "insert into public.profiles (display_name) values ('somebody')"),
    ]
    let report = try await crew.deliver(to: audience(crew).map { Subscriber(Viewpoint($0, page), told) }) {
      delivery in
      var now = before
      for (index, change) in causes.enumerated() {
        now[index] += 1
        let right = now.map(String.init).joined(separator: " ")
        try await delivery.round(change.name, { _, _ in right }) {
          try await crew.call(as: actor, change.cause)
        }
      }
    }
    return report.outcome
  }

  // MARK: Hands on the button

  private static let holds = check(
    "holds-reach-every-client",
    "A hold that starts, is released, lapses after 10 s or is swept changes everybody's count within a second",
    requires: ["public.start_hold", "public.release_hold", "public.button_hold_beats"]
  ) { crew, poll in
    if let reason = try await Neighbours.holds.reasonToSkip(crew) { return .skipped(reason) }
    return try await Neighbours.holds.keptAlive(crew) {
      let others = try await Neighbours.holds.count(crew)
      let held = try await poll.press(crew, 2)
      try await crew.own("select muster.refresh_counts(true)")
      let told = [Subscription("muster.live_count", where: "topic", is: "button_holds")]
      let page = Query("select value from muster.live_count where topic = $1", "button_holds")
      let subscribers = audience(crew).map { Subscriber(Viewpoint($0, page), told) }
      let report = try await crew.deliver(to: subscribers) { delivery in
        var counter = HoldCounter(crew: crew, delivery: delivery, poll: poll, others: others, held: held)
        try await counter.press()
        try await counter.release()
        try await counter.fallSilent()
        try await counter.beSwept()
      }
      return report.outcome
    }
  }
}

/// A poll that is open.
struct Poll: Sendable {
  static let voters = 6

  let id: String
  let options: [String]

  static func open(_ crew: Crew) async throws -> Poll {
    let creator = crew.people[0]
    let id = try await crew.call(
      as: creator, "insert into public.polls (question) values (\(crew.mark + "which?")) returning id")
    guard let id else { throw Finding("a poll was made without an id") }
    let options = try await crew.call(
      ["this", "that"].map { label in
        (
          creator,
          "insert into public.poll_options (poll_id, label) values (\(id)::bigint, \(label)) returning id"
        )
      })
    try await crew.call(as: creator, "update public.polls set status = 'active' where id = \(id)::bigint")
    return Poll(id: id, options: options.compactMap { $0 })
  }

  struct Hold: Sendable {
    let voter: Persona
    let hold: String
  }

  func press(_ crew: Crew, _ count: Int) async throws -> [Hold] {
    let voters = Array(crew.people.dropFirst().prefix(count))
    let ids = try await crew.call(voters.map { ($0, "select public.start_hold(\(id)::bigint)") })
    return zip(voters, ids).compactMap { voter, id in id.map { Hold(voter: voter, hold: $0) } }
  }

  /// Everybody who votes holds the button, since four seconds ago.
  func holdLongEnough(_ crew: Crew) async throws -> [Hold] {
    let holds = try await press(crew, Self.voters)
    try await crew.own(
      "update public.button_holds set started_at = started_at - interval '4 s' where poll_id = \(id)::bigint")
    return holds
  }
}

/// The holds of a check, and what the dashboards must say of them.
struct HoldCounter {
  let crew: Crew
  let delivery: Delivery
  let poll: Poll
  let others: Int
  var held: [Poll.Hold]

  mutating func press() async throws {
    // The first people hold already; the last one does not.
    let presser = crew.people[crew.people.count - 1]
    let (id, crew) = (poll.id, crew)
    try await everybodyCounts(others + held.count + 1, "start_hold") {
      try await crew.call(as: presser, "select public.start_hold(\(id)::bigint)")
    }
    let hold = try await crew.own(
      "select id from public.button_holds where is_active and user_id = \(presser.id)::uuid")
    if let hold { held.append(Poll.Hold(voter: presser, hold: hold)) }
  }

  mutating func release() async throws {
    let going = held.removeLast()
    let crew = crew
    try await everybodyCounts(others + held.count, "release_hold") {
      try await crew.call(as: going.voter, "select public.release_hold(\(going.hold)::bigint)")
    }
  }

  /// The clock is put forward for one hold, and for what is known to be due because of it.
  mutating func fallSilent() async throws {
    let going = held.removeFirst().hold
    let crew = crew
    try await everybodyCounts(others + held.count, "11 s without a beat") {
      try await crew.ownScript(
        """
        update public.button_hold_beats set seen = seen - interval '11 s' where hold_id = \(going)::bigint;
        update muster.live_count_state set due_at = due_at - interval '11 s' where topic = 'button_holds'
        """)
    }
  }

  mutating func beSwept() async throws {
    let going = held.removeFirst().hold
    let crew = crew
    try await everybodyCounts(others + held.count, "the sweep of a lapsed hold") {
      try await crew.ownScript(
        """
        update public.button_hold_beats set seen = seen - interval '11 s' where hold_id = \(going)::bigint;
        select muster.sweep('public.button_holds')
        """)
    }
  }

  private func everybodyCounts(
    _ count: Int, _ name: String, _ cause: @Sendable () async throws -> some Sendable
  ) async throws {
    try await delivery.round(name, { _, _ in "\(count)" }) { _ = try await cause() }
  }
}
