package import Migrations
package import PostgresClient
import Synchronization
private import TemporaryCluster

/// A database of its own on the shared cluster, and a session to look into it.
package final class Scratch: Sendable {
  /// Folders last as long as the database that they are applied to.
  private let folders = Mutex<[Folder]>([])
  package let settings: ConnectionSettings
  package let connection: PostgresConnection

  package init(settings: ConnectionSettings, connection: PostgresConnection) {
    self.settings = settings
    self.connection = connection
  }

  package static func make() async throws -> Scratch {
    let settings = try await TemporaryCluster.shared().createDatabase()
    return Scratch(settings: settings, connection: try await PostgresConnection.connect(settings))
  }

  package var name: String { settings.parameters["dbname"] ?? "" }

  /// The first cell of the first row as text.
  package func value(_ sql: String) async throws -> String? {
    try await connection.run { try $0.query(sql).first?[0] }
  }

  package func execute(_ sql: String) async throws {
    _ = try await connection.run { try $0.execute(sql) }
  }

  package func migrator(
    _ folder: Folder, _ change: (inout Migrator.Options) -> Void = { _ in }
  ) -> Migrator {
    folders.withLock { $0.append(folder) }
    var options = Migrator.Options()
    change(&options)
    return Migrator(settings, directory: folder.path, options: options)
  }
}
