import PostgresClient

/// Finds out, before anything runs, whether a pooler gives each transaction another server process.
///
/// Behind such a pooler nothing that belongs to a session holds: the deployment lock stays with a process that serves
/// somebody else next, and what a file sets reaches the application's own queries. A pooler gives itself away because the
/// process id of its greeting is not the server's. What kind it is shows when two sessions are asked in turns which
/// process serves them: where sessions are kept, each has one process and no two have the same.
struct Pooler: Sendable {
  let settings: ConnectionSettings

  private static let question = "select pg_catalog.pg_backend_pid()"
  private static let rounds = 4
  /// How often our own session answers while the second gets no answer, before that means that the second waits for a
  /// process of its own. A pooler that shared ours would have given it to who has waited longer.
  private static let patience = 20

  /// Throws `ServerError` where the lock and the session would not hold. `backend` is the process that served the session
  /// at first.
  func refuseIfShared(_ connection: PostgresConnection, backend: Int32) async throws {
    guard connection.backendProcessID != backend else { return }
    var seen = ProcessesSeen(first: [backend])
    let second: PostgresConnection
    do {
      second = try await PostgresConnection.connect(settings)
    } catch {
      throw ServerError.unknownPooler(error)
    }
    do {
      for _ in 0..<Self.rounds where !seen.isShared {
        // Twice, so that two sessions that are served by two processes in turns do not always meet the same one.
        for _ in 1...2 { seen.first.append(try await Self.process(of: connection)) }
        guard let process = try await process(of: second, while: connection, &seen) else { break }
        seen.second.append(process)
      }
    } catch {
      await second.close()
      throw error
    }
    await second.close()
    if seen.isShared { throw ServerError.sharedSession }
  }

  private static func process(of connection: PostgresConnection) async throws -> Int32 {
    try await connection.run { try $0.query(question).scalar() }
  }

  /// The process that serves the second session; nil when it is not served while ours is.
  private func process(
    of second: PostgresConnection, while own: PostgresConnection, _ seen: inout ProcessesSeen
  ) async throws -> Int32? {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { .second(try await Self.process(of: second)) }
      group.addTask {
        var processes: [Int32] = []
        for _ in 1...Self.patience {
          try await Task.sleep(for: .milliseconds(50))
          processes.append(try await Self.process(of: own))
        }
        return .own(processes)
      }
      defer { group.cancelAll() }
      switch try await group.next() {
      case .second(let process): return process
      case .own(let processes): seen.first += processes
      case nil: break
      }
      return nil
    }
  }

  private enum Answer: Sendable {
    case second(Int32)
    case own([Int32])
  }
}

/// The server processes that served two sessions.
package struct ProcessesSeen: Sendable, Hashable {
  package var first: [Int32]
  package var second: [Int32]

  package init(first: [Int32] = [], second: [Int32] = []) {
    self.first = first
    self.second = second
  }

  /// Whether a session was served by more than one of them, or one of them served both sessions.
  package var isShared: Bool {
    let (own, other) = (Set(first), Set(second))
    return own.count > 1 || other.count > 1 || !own.isDisjoint(with: other)
  }
}
