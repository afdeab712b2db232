import PostgresClient
import Synchronization

/// Looks, from a session of its own, at who keeps a session waiting for a lock, and says so while it waits.
///
/// It opens that session only for a step that takes longer than a moment, closes it behind the step, and stays idle between looks.
final class BlockerWatch: Sendable {
  /// What the session is at.
  private struct Watched {
    let step: DeploymentStep
    let number: Int
    let since: ContinuousClock.Instant
    var seen: [Blocker] = []

    /// False when the session has gone on meanwhile.
    mutating func see(_ blockers: [Blocker], at number: Int) -> Bool {
      guard number == self.number else { return false }
      if !blockers.isEmpty { seen = blockers }
      return true
    }
  }

  private let settings: ConnectionSettings
  /// The server process that is watched.
  private let backend: Int32
  private let interval: Duration
  private let report: @Sendable (MigrationEvent) -> Void
  private let watched = Mutex<Watched?>(nil)

  /// Where a lock timeout is shorter than the usual time between two looks it looks more often, so that no wait goes unseen.
  init(
    settings: ConnectionSettings, backend: Int32, lockTimeouts: [Timeout],
    report: @escaping @Sendable (MigrationEvent) -> Void
  ) {
    self.settings = settings
    self.backend = backend
    self.report = report
    let usual = 250
    let limits = lockTimeouts.map { Int($0.milliseconds) }.filter { $0 > 0 }
    interval = .milliseconds(limits.min().map { min(usual, max(20, $0 / 4)) } ?? usual)
  }

  /// Whom it saw last in the way of this step.
  var lastSeen: [Blocker] { watched.withLock { $0?.seen ?? [] } }

  /// The session goes on to another step.
  func turn(to step: DeploymentStep) {
    watched.withLock { $0 = Watched(step: step, number: ($0?.number ?? 0) + 1, since: .now) }
  }

  /// Watches until the task is cancelled. That it cannot connect or look is no reason to fail; it tries again at the next step.
  func start() -> Task<Void, any Error> {
    Task {
      var last = 0
      while true {
        try await Task.sleep(for: interval)
        guard let (step, number) = late(), number > last else { continue }
        last = number
        guard let connection = try? await PostgresConnection.connect(settings) else { continue }
        defer { connection.finish() }
        try? await look(at: step, number, through: connection)
      }
    }
  }

  /// The step that takes longer than a moment.
  private func late() -> (DeploymentStep, Int)? {
    watched.withLock { watched in
      watched.flatMap { .now - $0.since >= interval ? ($0.step, $0.number) : nil }
    }
  }

  private func look(
    at step: DeploymentStep, _ number: Int, through connection: isolated PostgresConnection
  ) async throws {
    var told: [Blocker.Identity] = []
    while true {
      let blockers = try Blocker.of(backend, connection)
      guard watched.withLock({ $0?.see(blockers, at: number) }) == true else { return }
      let identities = blockers.map(\.identity)
      if identities != told, !blockers.isEmpty { report(step.blocked(by: blockers)) }
      told = identities
      try await Task.sleep(for: interval)
    }
  }
}

extension Blocker {
  /// What stays the same as long as it is the same one that is waited for.
  fileprivate struct Identity: Hashable {
    let processID: Int32?
    let preparedAs: String?
  }

  fileprivate var identity: Identity { Identity(processID: processID, preparedAs: preparedAs) }
}
