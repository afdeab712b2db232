import ArgumentParser
import Catalog
import FoundationEssentials
import PostgresClient
import TemporaryCluster

/// An empty database, on a server like a target's, that is gone with the body it is made for: there files can be run to see
/// what they make, and nothing is written on the target.
///
/// The target's roles are there by name, without their passwords; whoever connects to the target is a superuser.
struct ScratchDatabase: Sendable {
  let settings: ConnectionSettings

  /// Makes the database, calls the body, and takes away whatever was made.
  ///
  /// - Parameters:
  ///   - target: what the database is to be like.
  ///   - server: a server on which databases and roles may be made; nil starts a throw-away one of the target's major version
  ///     from the programs that are installed here.
  ///   - leavingOut: roles that are not made, because the files make them.
  ///   - body: what is done in the database.
  /// - Returns: what the body returns.
  /// - Throws: what the body throws, and ``UsageError`` or `PostgresError` where there is no such database to be had.
  static func with<T: Sendable>(
    like target: TargetEnvironment, on server: ConnectionSettings?, leavingOut: Set<String> = [],
    _ body: (ScratchDatabase) async throws -> T
  ) async throws -> T {
    var target = target
    target.roles.removeAll { leavingOut.contains($0) }
    if let server {
      return try await ScratchServer(settings: server, rolesOfFiles: leavingOut).with(target, body)
    }
    return try await onThrowAwayServer(target, body)
  }

  private static func onThrowAwayServer<T: Sendable>(
    _ target: TargetEnvironment, _ body: (ScratchDatabase) async throws -> T
  ) async throws -> T {
    let cluster: TemporaryCluster
    do {
      cluster = try await TemporaryCluster.start(
        .init(
          settings: ["cron.launch_active_jobs": "off", "allow_in_place_tablespaces": "on"],
          cronDatabase: target.database, version: target.version))
    } catch ClusterError.noBinaries(let searched, let version) {
      throw UsageError(
        message: "\(ClusterError.noBinaries(searched: searched, version: version))",
        hint: "Or name a PostgreSQL \(target.version) on which a scratch database may be made: --scratch-url")
    }
    do {
      let result = try await ScratchServer(settings: cluster.settings, isOurs: true, hasCron: cluster.hasCron)
        .with(target, body)
      await cluster.stop()
      return result
    } catch {
      await cluster.stop()
      throw error
    }
  }
}

/// The server that holds the scratch database.
private struct ScratchServer {
  let settings: ConnectionSettings
  /// The roles that are not made beforehand; where they are made in between, they are taken away too.
  var rolesOfFiles: Set<String> = []
  /// Whether it was started for this and goes away with it.
  var isOurs = false
  var hasCron = false

  func with<T: Sendable>(
    _ target: TargetEnvironment, _ body: (ScratchDatabase) async throws -> T
  ) async throws -> T {
    let made = try await prepare(target)
    do {
      let user = isOurs ? settings.with("user", target.user) : settings
      let result = try await body(ScratchDatabase(settings: user.with("dbname", made.database)))
      try await remove(made)
      return result
    } catch {
      _ = try? await remove(made)
      throw error
    }
  }

  /// What has to be taken away again.
  private struct Made: Sendable {
    var database: String
    var roles: [String] = []
  }

  private func prepare(_ target: TargetEnvironment) async throws -> Made {
    let made = try await session(settings) { connection in
      let version = connection.serverVersion / 10_000
      guard version == target.version else {
        throw UsageError(
          message: "the scratch server is PostgreSQL \(version) and the target is \(target.version)",
          hint: "The same files make different catalogs there; name a server of version \(target.version).")
      }
      var made = Made(
        database: isOurs ? target.database : "muster_scratch_\(UUID().uuidString.lowercased())")
      for role in target.roles + (isOurs ? [target.user] : []) where !made.roles.contains(role) {
        if try makeRole(role, isUser: isOurs && role == target.user, connection) { made.roles.append(role) }
      }
      made.roles += try rolesOfFiles.filter { try !isThere($0, connection) }
      if isOurs { try makeTablespaces(target, connection) }
      try makeDatabase(made.database, target, connection)
      return made
    }
    do {
      try await session(settings.with("dbname", made.database)) { connection in
        if hasCron, target.hasCron { try connection.execute("create extension pg_cron") }
        try applySettings(target, to: made, connection)
      }
    } catch {
      _ = try? await remove(made)
      throw error
    }
    return made
  }

  private func makeRole(
    _ role: String, isUser: Bool, _ connection: isolated PostgresConnection
  ) throws -> Bool {
    let options = isUser ? "superuser login" : ""
    guard try !isThere(role, connection) else {
      if isUser { try connection.execute("alter role \(quoted(role)) \(options)") }
      return false
    }
    try connection.execute("create role \(quoted(role)) \(options)")
    return true
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
    _ name: String, _ target: TargetEnvironment, _ connection: isolated PostgresConnection
  ) throws {
    let owner = target.roles.contains(target.databaseOwner) ? " owner \(quoted(target.databaseOwner))" : ""
    let isThere = try !connection.query("select from pg_catalog.pg_database where datname = $1", [name])
      .isEmpty
    if isThere {
      // The target is called as every new server's own database is.
      if !owner.isEmpty {
        try connection.execute(
          "alter database \(quoted(name)) owner to \(quoted(target.databaseOwner))")
      }
      return
    }
    let place =
      "encoding \(literal(target.encoding)) lc_collate \(literal(target.collate)) lc_ctype \(literal(target.ctype))"
    let create = "create database \(quoted(name))\(owner) template template0"
    guard (try? connection.execute("\(create) \(place)")) == nil else { return }
    // The target's locale may not be installed here. C takes every encoding.
    try connection.execute("\(create) encoding \(literal(target.encoding)) locale 'C'")
  }

  private func applySettings(
    _ target: TargetEnvironment, to made: Made, _ connection: isolated PostgresConnection
  ) throws {
    for setting in target.settings {
      // Somebody else's server keeps its own roles as they are.
      guard isOurs || setting.isLocal else { continue }
      let database = quoted(made.database)
      let whom: String
      if let role = setting.role {
        guard target.roles.contains(role) else { continue }
        whom = "role \(quoted(role))\(setting.isLocal ? " in database \(database)" : "")"
      } else {
        whom = setting.isLocal ? "database \(database)" : "role all"
      }
      let value = ConfigurationValue.sql(setting.value, of: setting.name)
      // A setting of a library that is not here changes nothing that the files make.
      _ = try? connection.execute("alter \(whom) set \(quoted(setting.name)) to \(value)")
    }
  }

  private func remove(_ made: Made) async throws {
    guard !isOurs else { return }
    try await session(settings) { connection in
      try connection.shieldedFromCancellation { connection in
        _ = try connection.execute("drop database if exists \(quoted(made.database)) with (force)")
        for role in made.roles { _ = try? connection.execute("drop role if exists \(quoted(role))") }
      }
    }
  }

  private func session<T: Sendable>(
    _ settings: ConnectionSettings, _ body: @Sendable (isolated PostgresConnection) throws -> T
  ) async throws -> T {
    let connection = try await PostgresConnection.connect(settings)
    return try await connection.run { connection in
      defer { connection.close() }
      return try body(connection)
    }
  }
}

/// Where a copy of a database can be made.
struct ScratchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A server on which a scratch database may be made and dropped.",
      discussion: """
        Of the target's major version, and by a user who may create databases and roles. Without it, a throw-away server \
        is started from the programs that are installed here.
        """, valueName: "url"))
  var scratchURL: String?

  /// The server that is named, nil for a throw-away one.
  func server() throws -> ConnectionSettings? { try scratchURL.map { try ConnectionSettings($0) } }
}
