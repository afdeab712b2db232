package import Migrations
import Synchronization

/// What a run told, in order.
package final class Events: Sendable {
  private let list = Mutex<[MigrationEvent]>([])

  package init() {}

  package var all: [MigrationEvent] { list.withLock { $0 } }

  package func hear(_ event: MigrationEvent) { list.withLock { $0.append(event) } }
}

extension Migrator {
  /// Runs, expecting it to fail, and returns how.
  package func failure(_ events: Events = Events()) async throws -> MigrationError {
    do {
      _ = try await migrate(events.hear)
    } catch {
      return error
    }
    throw ExpectedFailure()
  }
}

package struct ExpectedFailure: Error {}
