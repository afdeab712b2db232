import Foundation
import Migrations
import PostgresClient
import TemporaryCluster
import Verification

/// Databases in which the features are installed: one is migrated for the process, each test gets a copy.
enum Installed {
  private static let template = Task {
    let settings = try await TemporaryCluster.shared().createDatabase()
    _ = try await Migrator(settings, directory: migrations).migrate()
    return settings
  }

  private static var migrations: String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../migrations").standardized.path
  }

  static func database() async throws -> ConnectionSettings {
    let name = try await template.value.parameters["dbname"]
    return try await TemporaryCluster.shared().createDatabase(template: name)
  }

  /// What a check is given, in a database of its own that has been spoilt by the script.
  static func context(seed: UInt64 = 1, clients: Int? = nil, spoiltBy script: String = "") async throws
    -> CheckContext
  {
    let settings = try await database()
    if !script.isEmpty {
      let connection = try await PostgresConnection.connect(settings)
      _ = try await connection.run { try $0.execute(script) }
      await connection.close()
    }
    return CheckContext(settings: settings, allowance: .throwaway, seed: seed, clients: clients)
  }
}
