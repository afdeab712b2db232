import FoundationEssentials
import PostgresClient

/// A database for one measurement.
struct FreshDatabase: Sendable {
  private let server: ConnectionSettings

  init(on server: ConnectionSettings) { self.server = server }

  /// Makes it, and drops it behind the body. One that fails leaves it to the next, or to whoever wants to look.
  func use(_ body: (ConnectionSettings) async throws -> Void) async throws {
    let name = "muster_race_\(ProcessInfo.processInfo.processIdentifier)"
    try await execute("drop database if exists \(name) with (force)")
    try await execute("create database \(name) template template0")
    // What the making of databases leaves to be written is not for the next tool to wait for.
    try await execute("checkpoint")
    try await body(server.with("dbname", name))
    try await execute("drop database \(name) with (force)")
  }

  private func execute(_ sql: String) async throws {
    try await PostgresConnection.withConnection(to: server) { _ = try $0.execute(sql) }
  }
}
