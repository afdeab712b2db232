private import Foundation
package import PostgresClient
private import Subprocess
private import SystemPackage
private import Testing

/// pgbouncer in front of the shared cluster, on a socket of its own.
package struct Pgbouncer: Sendable {
  package enum Mode: String, Sendable, CaseIterable { case session, transaction, statement }

  package var mode: Mode
  /// How many server processes a database has behind it.
  package var poolSize = 10
  /// Whether it hands out the process that has rested longest, in place of the one that was used last.
  package var takesTurns = false

  package init(_ mode: Mode, poolSize: Int = 10, takesTurns: Bool = false) {
    self.mode = mode
    self.poolSize = poolSize
    self.takesTurns = takesTurns
  }

  private static let program = "/usr/sbin/pgbouncer"
  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// Runs it while the body runs; the body is told how to reach a database through it. It ends when its standard input
  /// does, and so with this process however that ends.
  package func during<T: Sendable>(
    _ database: ConnectionSettings, _ body: @Sendable @escaping (ConnectionSettings) async throws -> T
  ) async throws -> T {
    let folder = "/tmp/muster-pgb-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try configuration(folder, database).write(
      toFile: "\(folder)/pgbouncer.ini", atomically: true, encoding: .utf8)
    let settings = database.with("host", folder).with("port", "6432")
    let result = try await run(
      .path("/bin/sh"), arguments: ["-c", Self.script, "pgbouncer", folder, Self.program],
      input: .inputWriter, output: .discarded, error: .discarded
    ) { execution in
      try await eventually { (try? await value("select 1", in: settings)) == "1" }
      let outcome = try await body(settings)
      try await execution.standardInputWriter.finish()
      return outcome
    }
    return result.closureResult
  }

  /// It refuses to run as root.
  private static let script = """
    as=
    if [ "$(id -u)" = 0 ]; then
      chown -R postgres "$1"
      as="setpriv --reuid=postgres --regid=postgres --init-groups --"
    fi
    $as "$2" --quiet "$1/pgbouncer.ini" &
    cat >/dev/null
    kill $!
    wait
    """

  private func configuration(_ folder: String, _ database: ConnectionSettings) -> String {
    let (host, port) = (database.parameters["host"] ?? "", database.parameters["port"] ?? "5432")
    return """
      [databases]
      * = host=\(host) port=\(port) user=postgres
      [pgbouncer]
      listen_addr =
      listen_port = 6432
      unix_socket_dir = \(folder)
      logfile = \(folder)/log
      auth_type = any
      pool_mode = \(mode.rawValue)
      default_pool_size = \(poolSize)
      server_round_robin = \(takesTurns ? 1 : 0)
      max_client_conn = 300
      """
  }
}
