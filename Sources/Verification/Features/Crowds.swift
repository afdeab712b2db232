import PostgresClient

/// Many at once, on connections of their own, whose rows are taken back afterwards.
enum Crowds {
  static var checks: [Check] {
    [
      Check(
        "rooms.ten-at-once", seed: 1, "Works with 10+ concurrent users", tags: [.commits, .alone],
        requires: Rooms.requires, run: room),
      Check(
        "polls.hot-poll", seed: 2, "Voters on a hot poll do not wait for each other, and each vote counts",
        tags: [.commits, .alone], requires: PollCounts.requires, run: poll),
    ]
  }

  private static let size = 12

  private static func room(_ context: CheckContext) async throws -> Outcome {
    let (room, students) = try await Stage.perform(in: context, cast: context.personas(for: "crowd")) {
      stage in
      (try StagedRoom.make(stage), try (0..<size).map { try stage.signUp("student \($0)") })
    }
    let watcher = try await Session.open("watcher", in: context)
    let result: Result<[Finding], any Error>
    do {
      try await together(students, in: context) { session, student in
        for tab in ["one", "two", "one"] {
          try await session.perform(
            as: student, "select public.participant_heartbeat(\(room.id), \(tab), \(room.competition))")
        }
      }
      let all = try await active(room, watcher)
      try await together(Array(students.prefix(5)), in: context) { session, student in
        for tab in ["one", "two"] {
          try await session.perform(as: student, "select public.leave_room(\(room.id), \(tab))")
        }
      }
      let rest = try await active(room, watcher)
      result = .success(
        [("there", all, "\(size) \(size)"), ("there when 5 have left", rest, "\(size - 5) \(size - 5)")]
          .filter { $0.1 != $0.2 }
          .map { Finding("list and count of those \($0.0): expected \($0.2), saw \($0.1)") })
    } catch { result = .failure(error) }
    try await watcher.execute("delete from public.rooms where id = \(room.id)")
    try await remove(students + [room.creator], watcher)
    return Outcome(findings: try result.get(), figure: "\(size) connections")
  }

  private static func active(_ room: StagedRoom, _ watcher: Session) async throws -> String {
    try await watcher.perform("select muster.refresh_counts(true)")
    return try await watcher.value(
      """
      select (select count(*) from public.active_competition_participants where current_competition_id = \(room.competition))
        || ' ' || (select value from muster.live_count where topic = 'competition:' || \(room.competition))
      """) ?? ""
  }

  private static func poll(_ context: CheckContext) async throws -> Outcome {
    let cast = context.personas(for: "hot poll")
    let (poll, voters) = try await Stage.perform(in: context, cast: cast) { stage in
      let poll = try StagedPoll.make(stage)
      let voters = try (0..<size).map { number in
        let voter = try stage.signUp("voter \(number)")
        let hold = try poll.press(voter, stage)
        try poll.pass(seconds: "3 s", hold: hold, stage)
        return (voter, hold)
      }
      return (poll, voters)
    }
    let watcher = try await Session.open("watcher", in: context)
    var findings: [Finding] = []
    var sessions: [Session] = []
    for (voter, hold) in voters {
      let session = try await Session.open("voter", in: context)
      sessions.append(session)
      do {
        try await session.execute("set lock_timeout = '2s'")
        try await session.begin(as: voter, "select public.cast_vote(\(hold), \(poll.options[0]))")
      } catch {
        findings.append(Finding("a voter waits for another one who has not committed", detail: "\(error)"))
      }
    }
    for session in sessions {
      try await session.execute("commit")
      await session.close()
    }
    let votes = try await watcher.value(
      "select votes from public.poll_results where option_id = \(poll.options[0])")
    if votes != "\(size)" {
      findings.append(Finding("the result is \(votes ?? "nothing"), expected \(size)"))
    }
    try await watcher.execute("delete from public.polls where id = \(poll.id)")
    try await remove(voters.map(\.0) + [poll.creator], watcher)
    return Outcome(findings: findings, figure: "\(size) open transactions")
  }

  private static func remove(_ people: [Persona], _ watcher: Session) async throws {
    let ids = RelationFacts.array(people.compactMap(\.id))
    try await watcher.execute("delete from auth.users where id = any (\(ids)::uuid[])")
    await watcher.close()
  }

  private static func together(
    _ people: [Persona], in context: CheckContext,
    _ act: @escaping @Sendable (Session, Persona) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for person in people {
        group.addTask {
          let session = try await Session.open(person.name, in: context)
          try await act(session, person)
          await session.close()
        }
      }
      try await group.waitForAll()
    }
  }
}
