/// Seed 000: the counter in the navigation bar of every browser.
enum ActiveUserDelivery {
  static let checks: [Check] = [
    check(
      "coming-and-going-reach-every-browser",
      "A session that registers or ends changes every browser's counter within a second"
    ) {
      try await $0.register()
      try await $0.end()
      try await $0.register()
    },
    check(
      "silence-reaches-every-browser",
      "A session silent for 60 s, or swept, leaves every browser's counter within a second"
    ) {
      try await $0.fallSilent()
      try await $0.beSwept()
      try await $0.fallSilent()
    },
  ]

  private static func check(
    _ name: String, _ promise: String, rounds: @escaping @Sendable (inout Counter) async throws -> Void
  ) -> Check {
    Crew.check(
      "active-users.\(name)", seed: 0, promise,
      requires: ["public.register_session", "public.end_session", "public.active_user_beats"],
      people: { browsers($0) / 2 },
      cleanup: { "delete from public.active_users where starts_with(session_id, \($0.mark))" },
      play: { crew in
        if let reason = try await Neighbours.sessions.reasonToSkip(crew) { return .skipped(reason) }
        return try await Neighbours.sessions.keptAlive(crew) { try await play(crew, rounds) }
      })
  }

  private static func browsers(_ context: CheckContext) -> Int { context.clients ?? 1_000 }

  /// Half of the browsers are signed in, each with claims of his own; all have a session and the page open.
  private static func play(
    _ crew: Crew, _ rounds: @escaping @Sendable (inout Counter) async throws -> Void
  ) async throws -> Outcome {
    let others = try await Neighbours.sessions.count(crew)
    let owners = (0..<browsers(crew.context)).map { number in
      number < crew.people.count ? crew.people[number] : Persona.anonymous
    }
    try await crew.call(
      owners.indices.map { (owners[$0], "select public.register_session(\(Counter.session($0, crew)))") })
    try await crew.own("select muster.refresh_counts(true)")
    let counted = Subscription("muster.live_count", where: "topic", is: "active_users")
    let report = try await crew.deliver(
      to: owners.map { owner in
        Subscriber(
          Viewpoint(owner, Query("select value from muster.live_count where topic = $1", "active_users")),
          [counted])
      }
    ) { delivery in
      var counter = Counter(crew: crew, delivery: delivery, others: others, sessions: 0..<owners.count)
      try await rounds(&counter)
    }
    return report.outcome
  }

  /// The sessions of a check, and what the counters must say of them.
  struct Counter {
    let crew: Crew
    let delivery: Delivery
    let others: Int
    /// The numbers of those who are here: they come at the end and go at the beginning.
    var sessions: Range<Int>

    static func session(_ number: Int, _ crew: Crew) -> String { "\(crew.mark)session-\(number)" }

    private var first: String { Self.session(sessions.lowerBound, crew) }

    mutating func register() async throws {
      let new = Self.session(sessions.upperBound, crew)
      sessions = sessions.lowerBound..<sessions.upperBound + 1
      try await everybodyCounts("register_session") { crew in
        try await crew.call(as: .anonymous, "select public.register_session(\(new))")
      }
    }

    mutating func end() async throws {
      let going = first
      sessions.removeFirst()
      try await everybodyCounts("end_session") { crew in
        try await crew.call(as: .anonymous, "select public.end_session(\(going))")
      }
    }

    /// The clock is put forward for one session, and for what is known to be due because of it.
    mutating func fallSilent() async throws {
      let going = first
      sessions.removeFirst()
      try await everybodyCounts("61 s without a beat") { crew in
        try await crew.ownScript(
          """
          update public.active_user_beats set seen = seen - interval '61 s' where session_id = \(going);
          update muster.live_count_state set due_at = due_at - interval '61 s' where topic = 'active_users'
          """)
      }
    }

    mutating func beSwept() async throws {
      let going = first
      sessions.removeFirst()
      try await everybodyCounts("the sweep of a silent session") { crew in
        try await crew.ownScript(
          """
          update public.active_user_beats set seen = seen - interval '61 s' where session_id = \(going);
          select muster.sweep('public.active_users')
          """)
      }
    }

    private func everybodyCounts(
      _ name: String, _ cause: @escaping @Sendable (Crew) async throws -> Void
    ) async throws {
      let count = "\(others + sessions.count)"
      let crew = crew
      try await delivery.round(name, { _, _ in count }) { try await cause(crew) }
    }
  }
}
