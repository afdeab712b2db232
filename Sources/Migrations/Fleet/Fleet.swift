/// Many targets migrated side by side, each on its own: one that fails stops none of the others.
public struct Fleet: Sendable {
  public let targets: [FleetTarget]
  /// How many are at work at once.
  public let width: Int
  /// Whether no further target is begun once one has failed. Those at work come to their end.
  public let stopsAtFailure: Bool

  public init(_ targets: [FleetTarget], width: Int, stopsAtFailure: Bool = false) {
    self.targets = targets
    self.width = max(1, width)
    self.stopsAtFailure = stopsAtFailure
  }

  /// What became of one target.
  public struct Outcome: Sendable {
    public enum State: Sendable {
      case upToDate(MigrationReport)
      case migrated(MigrationReport)
      case failed(MigrationError)
      /// The run ended before its turn.
      case notBegun
    }

    public let target: FleetTarget
    public let state: State
    public let took: Duration

    /// The exit code that `muster migrate` would end with for this target alone; 0 for one that was not begun.
    public var exitCode: Int32 {
      switch state {
      case .failed(let error): error.isCancellation ? 130 : error.exitCode
      case .upToDate, .migrated, .notBegun: 0
      }
    }

    public var isDone: Bool {
      switch state {
      case .upToDate, .migrated: true
      case .failed, .notBegun: false
      }
    }
  }

  /// Migrates all targets.
  ///
  /// - Parameters:
  ///   - migrator: makes the migrator of a target.
  ///   - tell: hears what each target tells while it is at work.
  ///   - report: hears of each target as it is done, in the order of finishing.
  /// - Returns: the outcomes in the order of the targets.
  public func migrate(
    _ migrator: @escaping @Sendable (FleetTarget) -> Migrator,
    telling tell: @escaping @Sendable (FleetTarget, MigrationEvent) -> Void = { _, _ in },
    report: (Outcome) -> Void = { _ in }
  ) async -> [Outcome] {
    var outcomes = targets.map { Outcome(target: $0, state: .notBegun, took: .zero) }
    await withTaskGroup(of: (Int, Outcome).self) { group in
      var waiting = targets.indices[...]
      func beginNext() {
        guard !Task.isCancelled, let index = waiting.popFirst() else { return }
        let target = targets[index]
        group.addTask { (index, await Self.migrate(target, migrator(target)) { tell(target, $0) }) }
      }
      for _ in 0..<width { beginNext() }
      while let (index, outcome) = await group.next() {
        outcomes[index] = outcome
        report(outcome)
        if stopsAtFailure, !outcome.isDone { waiting = waiting.suffix(0) }
        beginNext()
      }
    }
    return outcomes
  }

  private static func migrate(
    _ target: FleetTarget, _ migrator: Migrator, _ tell: @escaping @Sendable (MigrationEvent) -> Void
  ) async -> Outcome {
    let start = ContinuousClock.now
    let state: Outcome.State
    do {
      let report = try await migrator.migrate(tell)
      state = report.applied.isEmpty ? .upToDate(report) : .migrated(report)
    } catch {
      state = .failed(error)
    }
    return Outcome(target: target, state: state, took: ContinuousClock.now - start)
  }
}

extension [Fleet.Outcome] {
  /// The worst exit code, which is the highest.
  public var exitCode: Int32 { map(\.exitCode).max() ?? 0 }
}
