import FoundationEssentials
import PostgresClient

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A PostgreSQL of one's own that leaves nothing behind.
///
/// It listens on a socket in a short temporary folder and on no port, trusts whoever can reach that socket (the folder
/// is the server user's alone), and is ready for logical decoding. Its processes and files are gone after ``stop()``,
/// after Ctrl-C, and after `kill -9` of the process that started it.
///
///     let cluster = try await TemporaryCluster.start()
///     let database = try await cluster.createDatabase()
///     …
///     await cluster.stop()
public final actor TemporaryCluster {
  /// Says how to reach the database `postgres` as the superuser.
  public nonisolated let settings: ConnectionSettings
  /// Holds the socket, the server's log (`log`) and its data (`data`).
  public nonisolated let folder: String
  /// The server's programs.
  public nonisolated let binaries: PostgresBinaries
  /// Whether pg_cron was asked for and is loaded.
  public nonisolated let hasCron: Bool

  private let supervisor: Supervisor
  private var databases = 0
  private var isKept = false

  private init(supervisor: Supervisor, binaries: PostgresBinaries, hasCron: Bool) {
    self.supervisor = supervisor
    self.binaries = binaries
    self.hasCron = hasCron
    folder = supervisor.folder
    settings = ConnectionSettings(parameters: [
      "host": supervisor.folder, "port": "5432", "user": "postgres", "dbname": "postgres",
    ])
  }

  /// Starts a server; it takes about a second.
  ///
  /// - Throws: ``ClusterError``
  public static func start(_ options: Options = .init()) async throws -> TemporaryCluster {
    let binaries = try await PostgresBinaries.find(version: options.version)
    let hasCron = options.cronDatabase != nil ? await binaries.hasLibrary("pg_cron") : false
    let supervisor = try await Supervisor.start(
      binaries: binaries, base: temporaryFolder(), owner: serverUser(),
      configuration: options.configuration(withCron: hasCron))
    return TemporaryCluster(supervisor: supervisor, binaries: binaries, hasCron: hasCron)
  }

  private static let sharedCluster = Task { try await start(Options(cronDatabase: "postgres")) }

  /// The one cluster that all tests of a process use, each in a database of its own. It ends with the process.
  public static func shared() async throws -> TemporaryCluster {
    try await sharedCluster.value
  }

  /// Makes a database with a name that nothing else has.
  ///
  /// - Parameter template: The database to copy; nobody may be connected to it.
  /// - Returns: How to reach the new database as the superuser.
  /// - Throws: What the server said against it.
  public func createDatabase(template: String? = nil) async throws -> ConnectionSettings {
    databases += 1
    let name = "muster_\(databases)"
    let source = template.map { " template \(quoted($0))" } ?? ""
    try await PostgresConnection.withConnection(to: settings) { connection in
      _ = try connection.execute("create database \(quoted(name))\(source)")
    }
    return settings.with("dbname", name)
  }

  /// Stops the server in good order and starts it again. Connections break; databases stay.
  public func restart() async throws {
    try await supervisor.relaunch(crash: false)
  }

  /// Kills the postmaster and its backends with -9 and starts the server again, which then recovers from its WAL.
  public func crash() async throws {
    try await supervisor.relaunch(crash: true)
  }

  /// Stops the server. When this returns, no process and no file is left, unless the server is kept.
  public func stop() async {
    guard !isKept else { return }
    await supervisor.end()
  }

  /// Lets the server run on after this process.
  ///
  /// - Returns: The process that stops the server and removes its folder when it is sent a TERM.
  public func keep() async throws -> Int32 {
    let keeper = try await supervisor.keep()
    isKept = true
    return keeper
  }

  deinit { supervisor.letGo() }

  /// Where sockets can live: their whole path must fit into about a hundred bytes.
  private static func temporaryFolder() -> String {
    let chosen = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    return chosen.isEmpty || chosen.utf8.count > 70 ? "/tmp" : chosen
  }

  /// The user to run the server as: PostgreSQL refuses root. Nil means ourselves.
  private static func serverUser() throws -> String? {
    guard geteuid() == 0 else { return nil }
    guard getpwnam("postgres") != nil else { throw ClusterError.noUser("postgres") }
    return "postgres"
  }
}

private func quoted(_ identifier: String) -> String {
  "\"\(doubling("\"", in: identifier))\""
}
