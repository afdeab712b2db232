import Catalog
import PostgresClient

/// A server that was started for a scratch database and goes away with it: made like the target's.
struct ThrowAwayScratchServer: Sendable {
  let settings: ConnectionSettings
  let hasCron: Bool

  func with<T: Sendable>(
    _ target: TargetEnvironment, _ body: (ScratchDatabase) async throws -> T
  ) async throws -> T {
    try await PostgresConnection.withConnection(to: settings) { connection in
      for role in target.roles where role != target.user {
        if try !isThere(role, connection) { try connection.execute("create role \(quoted(role))") }
      }
      let verb = try isThere(target.user, connection) ? "alter" : "create"
      try connection.execute("\(verb) role \(quoted(target.user)) superuser login")
      try makeTablespaces(target, connection)
      try makeDatabase(target, connection)
    }
    let own = settings.with("dbname", target.database)
    try await PostgresConnection.withConnection(to: own) { connection in
      if hasCron, target.hasCron { try connection.execute("create extension pg_cron") }
      target.applySettings(to: target.database, all: true, connection)
    }
    return try await body(ScratchDatabase(settings: own.with("user", target.user)))
  }

  private func isThere(_ role: String, _ connection: isolated PostgresConnection) throws -> Bool {
    try !connection.query("select from pg_catalog.pg_roles where rolname = $1", [role]).isEmpty
  }

  private func makeTablespaces(
    _ target: TargetEnvironment, _ connection: isolated PostgresConnection
  ) throws {
    for space in target.tablespaces {
      try connection.execute("create tablespace \(quoted(space)) location ''")
      try connection.execute("grant create on tablespace \(quoted(space)) to public")
    }
  }

  private func makeDatabase(
    _ target: TargetEnvironment, _ connection: isolated PostgresConnection
  ) throws {
    let isThere = try !connection.query(
      "select from pg_catalog.pg_database where datname = $1", [target.database]
    ).isEmpty
    // The target may be called as every new server's own database is.
    if !isThere { try target.makeDatabase(target.database, connection) }
    if target.roles.contains(target.databaseOwner) {
      try connection.execute(
        "alter database \(quoted(target.database)) owner to \(quoted(target.databaseOwner))")
    }
  }
}

extension TargetEnvironment {
  /// Makes an empty database of this name and of the target's encoding and locale.
  func makeDatabase(_ name: String, _ connection: isolated PostgresConnection) throws {
    let place =
      "encoding \(literal(encoding)) lc_collate \(literal(collate)) lc_ctype \(literal(ctype))"
    let create = "create database \(quoted(name)) template template0"
    guard (try? connection.execute("\(create) \(place)")) == nil else { return }
    // The target's locale may not be installed here. C takes every encoding.
    try connection.execute("\(create) encoding \(literal(encoding)) locale 'C'")
  }

  /// Gives the scratch database, in which the session is, the settings of the target's; `all`: those too that hold in every
  /// database.
  func applySettings(to database: String, all: Bool, _ connection: isolated PostgresConnection) {
    for setting in settings where all || setting.isLocal {
      let whom: String
      if let role = setting.role {
        guard roles.contains(role) else { continue }
        whom = "role \(quoted(role))\(setting.isLocal ? " in database \(quoted(database))" : "")"
      } else {
        whom = setting.isLocal ? "database \(quoted(database))" : "role all"
      }
      let value = ConfigurationValue.sql(setting.value, of: setting.name)
      // A setting of a library that is not here changes nothing that the files make.
      _ = try? connection.execute("alter \(whom) set \(quoted(setting.name)) to \(value)")
    }
  }
}
