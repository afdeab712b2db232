import ArgumentParser
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
    if let server { return try await SharedScratchServer.with(target, on: server, body) }
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
      let result = try await ThrowAwayScratchServer(settings: cluster.settings, hasCron: cluster.hasCron)
        .with(target, body)
      await cluster.stop()
      return result
    } catch {
      await cluster.stop()
      throw error
    }
  }
}

/// Where a copy of a database can be made.
struct ScratchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A server on which a scratch database may be made and dropped.",
      discussion: """
        Of the target's major version, and by a user who may create databases and roles; it may be the target's own, and \
        is afterwards as it was. Without it, a throw-away server is started from the programs that are installed here.
        """, valueName: "url"))
  var scratchURL: String?

  /// The server that is named, nil for a throw-away one.
  func server() throws -> ConnectionSettings? { try scratchURL.map { try ConnectionSettings($0) } }
}
