import PostgresClient

/// Thousands of clients on a few pipelined connections, second by simulated second, each call and each screen held to the
/// oracle.
///
/// A second goes like this: the clients do what is due, side by side on all connections, each client's deeds in their order;
/// then the second passes, and in the same transaction, in which time stands still, all that is on anybody's screen is looked
/// at; then the sweeps that are due run.
struct Simulation: Sendable {
  /// What a run did, for the report.
  struct Tally: Sendable {
    var seconds = 0
    var calls = 0
    var refusals = 0
    var answers = 0
    var swept = 0
    /// What the clients did at all, so that a run in which nobody did a thing does not pass for a proof of it.
    var kinds: Set<String> = []
    var findings: [Finding] = []
  }

  /// After this many findings the rest is their echo.
  private static let mostFindings = 10
  /// So few deeds at a time, and ages are made exact again in between, that what the run itself takes stays far below
  /// a second, the grid on which everything happens.
  private static let deedsAtOnce = 400

  private let owner: PostgresConnection
  private let actors: [PostgresConnection]
  private let world: World
  private var population: Population
  private var oracle: Oracle
  private var time: SimulatedTime
  private var holds: [HoldName: Int] = [:]
  private var tally = Tally()
  /// Whether a sweep must take exactly what is stale. Not so where pg_cron sweeps too and may have come first.
  private let countsSweeps: Bool

  init(
    owner: PostgresConnection, actors: [PostgresConnection], world: World, seed: UInt64, countsSweeps: Bool
  ) {
    self.countsSweeps = countsSweeps
    self.owner = owner
    self.actors = actors
    self.world = world
    population = Population(world: world, arrival: BrowserHabit.interval, seed: seed)
    oracle = Oracle(world: world)
    time = SimulatedTime(run: world.run)
  }

  /// Runs this many simulated seconds, or until there are findings enough.
  ///
  /// - Throws: `PostgresError` where the database cannot be asked any more.
  mutating func run(seconds: Int, progress: (String) -> Void) async throws -> Tally {
    // Counts that were computed just now are too young to be computed again: let a second pass.
    let aging = time.ageCounts(by: 1)
    _ = try await owner.run { try $0.pipeline([aging]).values() }
    try await align()
    for now in 0..<seconds {
      try Task.checkCancellation()
      try await act(at: now)
      try await look(at: now + 1)
      try await sweep(at: now + 1)
      tally.seconds = now + 1
      if now % 10 == 9 { progress("\(now + 1) of \(seconds) simulated seconds, \(tally.calls) calls") }
      if tally.findings.count >= Self.mostFindings { break }
    }
    return tally
  }

  // MARK: What the clients do

  private mutating func act(at now: Int) async throws {
    var waiting = population.acts(at: now)[...]
    while !waiting.isEmpty {
      try await perform(Array(waiting.prefix(Self.deedsAtOnce)), at: now)
      waiting = waiting.dropFirst(Self.deedsAtOnce)
      if !waiting.isEmpty { try await align() }
    }
  }

  private struct Call: Sendable {
    var act: Act
    var expectation: Expectation
    var statements: [Statement]
  }

  private mutating func perform(_ acts: [(client: Int, act: Act)], at now: Int) async throws {
    var lanes = [[Call]](repeating: [], count: actors.count)
    for (client, act) in acts {
      let expectation = oracle.expect(act, at: now)
      lanes[act.deed.subject(of: client) % actors.count].append(
        Call(act: act, expectation: expectation, statements: act.statements(holds: holds)))
    }
    let outcomes = try await withThrowingTaskGroup(of: [(Call, Result<Rows, PostgresError>)].self) { group in
      for (actor, calls) in zip(actors, lanes) where !calls.isEmpty {
        group.addTask {
          let results = try await actor.run { try $0.pipeline(calls.flatMap(\.statements)) }
          // Of each call's two statements the second is the call.
          return calls.enumerated().map { ($1, results[2 * $0 + 1]) }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    for (call, result) in outcomes { judge(call, result, at: now) }
  }

  private mutating func judge(_ call: Call, _ result: Result<Rows, PostgresError>, at now: Int) {
    tally.calls += 1
    tally.kinds.insert(call.act.deed.kind)
    switch (call.expectation, result) {
    case (.success, .success(let rows)):
      if case .startHold(let hold, _) = call.act.deed { holds[hold] = try? rows.scalar(Int.self) }
    case (.refusal(let code), .failure(let error)) where error.code == code:
      tally.refusals += 1
    case (let expectation, .success):
      report("\(call.act.deed) succeeded", expected: "\(expectation)", by: call.act.persona, at: now)
    case (let expectation, .failure(let error)):
      report(
        "\(call.act.deed) failed", expected: "\(expectation)", by: call.act.persona, at: now,
        detail: error.description)
    }
  }

  // MARK: What they see

  private mutating func align() async throws {
    let statements = time.align()
    time.noteAlignment(try await owner.run { try $0.pipeline(statements).values().last?.scalar() ?? "" })
  }

  private mutating func look(at now: Int) async throws {
    let align = time.align(passing: 1)
    let (oracle, world) = (oracle, world)
    let (aligned, questions, answers) = try await owner.run { owner in
      try owner.transaction { owner in
        let rows = try owner.pipeline(
          align + [Statement("select muster.refresh_counts()")] + Bystanders.statements(besides: world.run)
        ).values()
        let questions = oracle.questions(
          about: world, besides: try Bystanders(rows.dropFirst(align.count + 1)), at: now)
        let asked = questions.flatMap { question in
          [question.persona.map(Statement.acting) ?? .actingAsOwner, question.statement]
        }
        let answers = try owner.pipeline(asked).values()
        return (
          try rows[align.count - 1].scalar(String.self), questions,
          try questions.indices.map { try answers[2 * $0 + 1].scalar(String?.self) ?? "" }
        )
      }
    }
    time.noteAlignment(aligned)
    for (question, answer) in zip(questions, answers) {
      tally.answers += 1
      if answer != question.answer {
        let (seen, expected) = Self.whereTheyDiffer(answer, question.answer)
        report("\(question.text) shows \(seen)", expected: expected, by: question.persona, at: now)
      }
    }
  }

  /// Every sweep at the interval of its feature; what it takes is compared row for row.
  private mutating func sweep(at now: Int) async throws {
    for (sweep, own) in oracle.sweepWhatIsDue(at: now).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let relation = sweep.rawValue
      let run = world.run
      let (others, swept) = try await owner.run { owner in
        let rows = try owner.pipeline([
          Bystanders.stale(in: sweep, besides: run),
          Statement("select coalesce(sum(swept), 0)::int8 from muster.sweep($1::regclass)", [relation]),
        ]).values()
        return (try rows[0].scalar(Int.self), try rows[1].scalar(Int.self))
      }
      tally.swept += swept
      if countsSweeps ? swept != own + others : swept > own + others {
        report("the sweep of \(relation) took \(swept)", expected: "\(own + others)", by: nil, at: now)
      }
    }
  }

  /// Two long lists from shortly before where they part.
  private static func whereTheyDiffer(_ seen: String, _ expected: String) -> (String, String) {
    let common = zip(seen, expected).prefix { $0 == $1 }.count
    func clipped(_ text: String) -> String {
      let start = max(0, common - 50)
      let part = text.dropFirst(start).prefix(200)
      return text.isEmpty
        ? "nothing" : (start > 0 ? "…" : "") + part + (text.count > start + 200 ? "…" : "")
    }
    return (clipped(seen), clipped(expected))
  }

  private mutating func report(
    _ seen: String, expected: String, by persona: Persona?, at now: Int, detail: String = ""
  ) {
    guard tally.findings.count < Self.mostFindings else { return }
    let who = persona.map { " for \($0.id ?? $0.name)" } ?? ""
    tally.findings.append(
      Finding(
        "second \(now)\(who): \(seen); expected \(expected.isEmpty ? "nothing" : expected)", detail: detail))
  }
}

extension Statement {
  /// Back to who connected, with nobody's claims.
  static let actingAsOwner = Statement(
    "select set_config('role', 'none', true), set_config('request.jwt.claims', '', true)", prepared: true)
}

extension [Result<Rows, PostgresError>] {
  /// All the rows, or the first error.
  fileprivate func values() throws(PostgresError) -> [Rows] {
    var values: [Rows] = []
    for result in self { values.append(try result.get()) }
    return values
  }
}
