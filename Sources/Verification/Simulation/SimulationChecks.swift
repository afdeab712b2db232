import PostgresClient

/// The check that runs simulated clients against the oracle.
public enum SimulationChecks {
  /// The simulated seconds of a run: long enough for each sweep, and for who vanishes to be missed.
  static let seconds = 320
  static let defaultClients = 1_000

  public static let all = [
    Check(
      "simulation.every-call-and-every-screen-agree-with-the-oracle",
      """
      Clients register, beat, reload, open and close tabs, vanish, come back, switch rooms, compete, hold, vote, chat, read \
      and change identity; at every second every count, list and unread number is what the oracle says
      """,
      tags: [.simulation, .commits, .alone],
      requires: [
        "public.active_users", "public.room_participants", "public.button_holds", "public.messages",
        "public.live_sessions",
      ],
      run: run)
  ]

  private static func run(_ context: CheckContext) async throws -> Outcome {
    let clients = context.clients ?? defaultClients
    let owner = try await context.connect()
    let builder = WorldBuilder(connection: owner)
    let blank = World(clients: clients, seed: context.seed)
    try await builder.remove(blank)
    if let reason = try await Bystanders.reasonToStayAway(of: owner) {
      await owner.close()
      return .skipped(reason)
    }
    let outcome: Result<Outcome, any Error>
    do {
      let world = try await builder.build(blank)
      outcome = .success(try await simulate(context, world, owner: owner))
    } catch {
      outcome = .failure(error)
    }
    // Whatever happened, nothing of the run stays behind.
    try await Task { try await builder.remove(blank) }.value
    await owner.close()
    return try outcome.get()
  }

  private static func simulate(
    _ context: CheckContext, _ world: World, owner: PostgresConnection
  ) async throws -> Outcome {
    var actors: [PostgresConnection] = []
    for _ in 0..<4 { actors.append(try await context.connect()) }
    var simulation = Simulation(owner: owner, actors: actors, world: world, seed: context.seed)
    let tally = try await simulation.run(seconds: seconds, progress: context.progress)
    for actor in actors { await actor.close() }
    let rerun =
      "To see it again: muster verify --only simulation --seed \(context.seed) --clients \(world.users.count)"
    let undone = Deed.kinds.subtracting(tally.kinds).sorted()
    if tally.findings.isEmpty, !undone.isEmpty {
      return .skipped(
        "\(world.users.count) clients are too few: none of them did \(undone.joined(separator: ", "))")
    }
    return Outcome(
      findings: tally.findings.map { finding in
        var finding = finding
        finding.detail = [finding.detail, rerun].filter { !$0.isEmpty }.joined(separator: "\n")
        return finding
      },
      figure: """
        \(world.users.count) clients, \(tally.seconds) simulated s, \(tally.calls) calls (\(tally.refusals) rightly refused), \
        \(tally.answers) answers, \(tally.swept) rows swept
        """)
  }
}

/// Other people's live rows, among which an exact count would be no promise of ours.
enum Bystanders {
  /// Why the simulation cannot run here, or nil where nobody else is live.
  static func reasonToStayAway(of connection: PostgresConnection) async throws -> String? {
    let live = try await connection.run { connection in
      try connection.query(
        """
        select (select count(*) from public.active_users) + (select count(*) from public.live_sessions)
          + (select count(*) from public.button_holds where is_active)
        """
      ).scalar(Int.self)
    }
    return live == 0 ? nil : "\(live) sessions of others are live in this database; simulate where nobody is"
  }
}
