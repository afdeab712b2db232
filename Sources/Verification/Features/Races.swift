import PostgresClient

/// A sweep and a beat of one row at the same time, in each order that two connections allow: whoever beats is alive.
enum Races {
  static var checks: [Check] {
    LiveRelation.all.flatMap { subject in
      Interleaving.allCases.filter { subject.comesBack || !$0.needsToComeBack }.map { interleaving in
        let slug = subject.name.split(separator: " ").joined(separator: "-")
        return Check(
          "races.\(slug)-\(interleaving.rawValue)", seed: subject.seed,
          "\(subject.name): \(interleaving.promise)", tags: [.commits, .alone],
          requires: [subject.relation, "muster.sweep"]
        ) { context in
          try await run(subject, interleaving, in: context)
        }
      }
    }
  }

  enum Interleaving: String, CaseIterable {
    case beatThenSweep = "beat-before-sweep"
    case sweepThenBeat = "beat-during-sweep"
    case sweepUndone = "beat-during-a-sweep-that-fails"
    case twoSweeps = "two-sweeps"

    /// Whether the beat finds the row stale already.
    var needsToComeBack: Bool { self == .sweepThenBeat || self == .sweepUndone }

    /// How long after its threshold the row is when the play begins: before it, where the beat comes first.
    var microsecondsPastThreshold: Int { self == .beatThenSweep ? -500_000 : 1_000 }

    var promise: String {
      switch self {
      case .beatThenSweep: "a sweep passes by a row whose beat has not committed yet"
      case .sweepThenBeat: "whoever beats while a sweep takes his row is alive once both are done"
      case .sweepUndone: "whoever beats during a sweep that fails keeps his row"
      case .twoSweeps: "two sweeps at once take a stale row once, and wait for nobody"
      }
    }
  }

  /// The row in question, and what to say to it.
  private struct Subject: Sendable {
    var key: String
    var persona: Persona
    var beat: SQL
    var sweep: SQL
    var isGone: SQL
    var users: [String]
  }

  private static func run(
    _ relation: LiveRelation, _ interleaving: Interleaving, in context: CheckContext
  ) async throws -> Outcome {
    let subject = try await make(relation, interleaving, in: context)
    let one = try await Session.open("one", in: context)
    let two = try await Session.open("two", in: context)
    let watcher = try await Session.open("watcher", in: context)
    let result: Result<[Finding], any Error>
    do {
      result = .success(try await play(subject, interleaving, one, two, watcher))
    } catch { result = .failure(error) }
    for session in [one, two] { await session.close() }
    try await watcher.execute(relation.remove(subject.key))
    try await watcher.execute(
      "delete from auth.users where id = any (\(RelationFacts.array(subject.users))::uuid[])")
    await watcher.close()
    return Outcome(findings: try result.get(), figure: "2 connections")
  }

  private static func make(
    _ relation: LiveRelation, _ interleaving: Interleaving, in context: CheckContext
  ) async throws -> Subject {
    let cast = context.personas(for: relation.name + interleaving.rawValue)
    return try await Stage.perform(in: context, cast: cast) { stage in
      let key = try relation.make(stage)
      let (persona, beat) = try relation.beat(stage, key)
      try stage.query(relation.age(key, pastThreshold: interleaving.microsecondsPastThreshold))
      return Subject(
        key: key, persona: persona, beat: beat,
        sweep: "select swept from muster.sweep(\(relation.relation)::regclass)",
        isGone: try relation.isGone(key, on: stage), users: stage.signedUp)
    }
  }

  private static func play(
    _ subject: Subject, _ interleaving: Interleaving, _ one: Session, _ two: Session, _ watcher: Session
  ) async throws -> [Finding] {
    var findings: [Finding] = []
    func expectAlive(_ moment: String) async throws {
      if try await watcher.value(subject.isGone) != "f" {
        findings.append(Finding("\(moment), he is not there"))
      }
    }
    switch interleaving {
    case .beatThenSweep:
      try await one.begin(as: subject.persona, subject.beat)
      // What others can see of the row becomes stale while the beat is on its way.
      try await ContinuousClock().sleep(for: .milliseconds(600))
      let sweep = try await two.start(subject.sweep, beside: one, watchedBy: watcher)
      if let lock = sweep.lock { findings.append(Finding("the sweep waits for the beat: \(lock)")) }
      try await one.execute("commit")
      try await sweep.task.value
      try await expectAlive("after a beat and a sweep that ran meanwhile")
    case .sweepThenBeat:
      try await one.begin(subject.sweep)
      let beat = try await two.start(as: subject.persona, subject.beat, beside: one, watchedBy: watcher)
      try await one.execute("commit")
      try await beat.task.value
      try await expectAlive("after a sweep and a beat that came meanwhile")
    case .sweepUndone:
      try await one.begin(subject.sweep)
      let beat = try await two.start(as: subject.persona, subject.beat, beside: one, watchedBy: watcher)
      try await one.execute("rollback")
      try await beat.task.value
      try await expectAlive("after a failed sweep and a beat that came meanwhile")
    case .twoSweeps:
      try await one.begin(subject.sweep)
      let second = try await two.start(subject.sweep, beside: one, watchedBy: watcher)
      if let lock = second.lock { findings.append(Finding("the second sweep waits for the first: \(lock)")) }
      try await one.execute("commit")
      try await second.task.value
      if try await watcher.value(subject.isGone) != "t" {
        findings.append(Finding("the stale row is still there"))
      }
    }
    return findings
  }
}
