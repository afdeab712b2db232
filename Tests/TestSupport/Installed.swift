private import Migrations
package import PostgresClient
private import SystemPackage
private import TemporaryCluster

/// Databases in which the features are installed: one is migrated for the process, each test gets a copy.
package enum Installed {
  private static let template = Task {
    let settings = try await TemporaryCluster.shared().createDatabase()
    _ = try await Migrator(settings, directory: repository.appending("migrations").string).migrate()
    return settings
  }

  package static func database() async throws -> ConnectionSettings {
    let name = try await template.value.parameters["dbname"]
    return try await TemporaryCluster.shared().createDatabase(template: name)
  }
}
