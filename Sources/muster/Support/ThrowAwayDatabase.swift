import Migrations
import PostgresClient
import TemporaryCluster

/// A database with Muster in it, on a server that is gone with the body.
enum ThrowAwayDatabase {
  static func with<T: Sendable>(
    migrations directory: String, _ body: (ConnectionSettings) async throws -> T
  ) async throws -> T {
    let cluster = try await TemporaryCluster.start(.init(cronDatabase: "postgres"))
    do {
      if cluster.hasCron { try await createCron(in: cluster.settings) }
      _ = try await Migrator(cluster.settings, directory: directory).migrate()
      let result = try await body(cluster.settings)
      await cluster.stop()
      return result
    } catch {
      await cluster.stop()
      throw error
    }
  }

  static func createCron(in settings: ConnectionSettings) async throws {
    try await PostgresConnection.withConnection(to: settings) { connection in
      _ = try connection.execute("create extension pg_cron")
    }
  }
}
