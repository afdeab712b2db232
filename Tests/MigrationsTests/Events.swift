import Migrations
import Synchronization
import Testing

/// What a run told, in order.
final class Events: Sendable {
  private let list = Mutex<[MigrationEvent]>([])

  var all: [MigrationEvent] { list.withLock { $0 } }

  func hear(_ event: MigrationEvent) { list.withLock { $0.append(event) } }
}

extension Migrator {
  /// Runs, expecting it to fail, and returns how.
  func failure(_ events: Events = Events()) async throws -> MigrationError {
    do {
      _ = try await migrate(events.hear)
    } catch {
      return error
    }
    throw ExpectedFailure()
  }
}

struct ExpectedFailure: Error {}
