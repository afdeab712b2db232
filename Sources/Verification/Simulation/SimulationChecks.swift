import PostgresClient

/// The check that runs simulated clients against the oracle.
public enum SimulationChecks {
  /// The simulated seconds of a run: long enough for each sweep to come, and for who vanishes to be missed.
  static let seconds = 125
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
    if context.allowance == .named, let reason = try await Bystanders.reasonToStayAway(of: owner) {
      await owner.close()
      return .skipped(reason)
    }
    do {
      let outcome = try await Lull(connection: owner).around(isAllowed: context.allowance == .throwaway) {
        isQuiet in
        try await simulate(context, builder.build(blank), owner: owner, countsSweeps: isQuiet)
      }
      try await builder.remove(blank)
      await owner.close()
      return outcome
    } catch {
      // Nothing of the run stays behind, not even when it was cancelled.
      try? await Task { try await builder.remove(blank) }.value
      await owner.close()
      throw error
    }
  }

  private static func simulate(
    _ context: CheckContext, _ world: World, owner: PostgresConnection, countsSweeps: Bool
  ) async throws -> Outcome {
    var actors: [PostgresConnection] = []
    for _ in 0..<4 { actors.append(try await context.connect()) }
    var simulation = Simulation(
      owner: owner, actors: actors, world: world, seed: context.seed, countsSweeps: countsSweeps)
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

/// The time in which pg_cron sweeps and refreshes nothing: what is stale and what is counted is then known to the row, and
/// nobody else looks at rows whose ages are not exact yet.
private struct Lull: Sendable {
  var connection: PostgresConnection

  /// Runs the body and says to it whether nobody but the run itself sweeps.
  func around<T>(isAllowed: Bool, _ body: (_ isQuiet: Bool) async throws -> T) async throws -> T {
    let jobs = try await sweepers()
    guard isAllowed, !jobs.isEmpty else { return try await body(jobs.isEmpty) }
    try await set(jobs, active: false)
    do {
      let result = try await body(true)
      try await set(jobs, active: true)
      return result
    } catch {
      try? await set(jobs, active: true)
      throw error
    }
  }

  private func sweepers() async throws -> [Int] {
    try await connection.run { connection in
      guard try Self.hasCron(connection) else { return [] }
      return try connection.query(
        """
        select jobid from cron.job
        where active and database = current_database() and command ~ 'muster\\.'
        """
      ).map { try $0.decode(Int.self, at: 0) }
    }
  }

  private func set(_ jobs: [Int], active: Bool) async throws {
    try await connection.run {
      _ = try $0.query(
        "select cron.alter_job(job, active => $2) from unnest($1::int8[]) as job", [jobs, active])
    }
  }

  private static func hasCron(_ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query("select to_regclass('cron.job') is not null").scalar()
  }
}
