import PostgresClient
import Synchronization

/// Looks, from a session of its own, at who keeps a session waiting for a lock, and says so while it waits.
///
/// It opens that session only for a file that takes longer than a moment, and stays idle between looks.
final class BlockerWatch: Sendable {
  private let settings: ConnectionSettings
  /// The server process that is watched.
  private let backend: Int32
  private let interval: Duration
  private let report: @Sendable ([Blocker]) -> Void
  private let seen = Mutex<[Blocker]>([])

  /// With a lock timeout shorter than the usual time between two looks it looks more often, so that no wait goes unseen.
  init(
    settings: ConnectionSettings, backend: Int32, lockTimeout: Timeout,
    report: @escaping @Sendable ([Blocker]) -> Void
  ) {
    self.settings = settings
    self.backend = backend
    self.report = report
    let usual = 250
    let limit = Int(lockTimeout.milliseconds)
    interval = .milliseconds(limit == 0 ? usual : min(usual, max(20, limit / 4)))
  }

  /// Whom it saw last.
  var lastSeen: [Blocker] { seen.withLock { $0 } }

  /// Runs the body, watching. That the watch itself cannot connect or look is no reason to fail.
  func during<T: Sendable>(_ body: () async throws -> T) async throws -> T {
    let watch = Task { try? await look() }
    defer { watch.cancel() }
    return try await body()
  }

  private func look() async throws {
    try await Task.sleep(for: interval)
    let connection = try await PostgresConnection.connect(settings)
    do {
      try await look(through: connection)
    } catch {
      await connection.close()
      throw error
    }
  }

  private func look(through connection: PostgresConnection) async throws {
    var told: [Blocker.Identity] = []
    while true {
      let blockers = try await connection.run { try Blocker.of(backend, $0) }
      let identities = blockers.map(\.identity)
      if !blockers.isEmpty {
        seen.withLock { $0 = blockers }
        if identities != told { report(blockers) }
      }
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
