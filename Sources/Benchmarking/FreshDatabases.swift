import FoundationEssentials
import PostgresClient

/// Databases for measurements, each made when it is asked for.
///
/// All of them are dropped at the end, and none before: a file system that gives no inode out again for minutes after its file was
/// deleted (ext4) looks for one that it may give, and three thousand tables that were dropped a moment ago make each new one three
/// times as dear, whoever makes it.
struct FreshDatabases {
  private let server: ConnectionSettings
  private var names: [String] = []

  private init(on server: ConnectionSettings) { self.server = server }

  /// Runs the body with them.
  static func during<T>(
    on server: ConnectionSettings, _ body: (inout FreshDatabases) async throws -> T
  ) async throws -> T {
    var databases = FreshDatabases(on: server)
    do {
      let value = try await body(&databases)
      try await databases.drop()
      return value
    } catch {
      try? await databases.drop()
      throw error
    }
  }

  mutating func make() async throws -> ConnectionSettings {
    let name = "muster_race_\(ProcessInfo.processInfo.processIdentifier)_\(names.count + 1)"
    try await execute("drop database if exists \(name) with (force)")
    names.append(name)
    try await execute("create database \(name) template template0")
    // What the making of databases leaves to be written is not for the next tool to wait for.
    try await execute("checkpoint")
    return server.with("dbname", name)
  }

  private mutating func drop() async throws {
    while let name = names.popLast() { try await execute("drop database if exists \(name) with (force)") }
  }

  private func execute(_ sql: String) async throws {
    try await PostgresConnection.withConnection(to: server) { _ = try $0.execute(sql) }
  }
}
