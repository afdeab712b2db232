import Foundation
import Subprocess
import TemporaryCluster

/// Runs a command against a throw-away cluster, which `PGHOST` and the like name for it, and passes its exit code on:
///
///     with-cluster psql -c 'select version()'
///
/// pg_cron runs in the database `postgres`, or in the one that `CRON_DATABASE` names. With no command it prints the
/// cluster's folder and waits to be killed.
@main
struct WithCluster {
  static func main() async throws {
    do {
      let cronDatabase = ProcessInfo.processInfo.environment["CRON_DATABASE"] ?? "postgres"
      let cluster = try await TemporaryCluster.start(.init(cronDatabase: cronDatabase))
      guard let command = CommandLine.arguments.dropFirst().first else { try await hold(cluster) }
      let code = try await perform(command, Array(CommandLine.arguments.dropFirst(2)), with: cluster)
      await cluster.stop()
      exit(code)
    } catch {
      try FileHandle.standardError.write(contentsOf: Data("with-cluster: \(error)\n".utf8))
      exit(2)
    }
  }

  private static func hold(_ cluster: TemporaryCluster) async throws -> Never {
    try FileHandle.standardOutput.write(contentsOf: Data("\(cluster.folder)\n".utf8))
    while true { try await Task.sleep(for: .seconds(3600)) }
  }

  private static func perform(
    _ command: String, _ arguments: [String], with cluster: TemporaryCluster
  ) async throws -> Int32 {
    let result = try await run(
      .name(command), arguments: Arguments(arguments),
      environment: .inherit.updating([
        "PGHOST": cluster.folder, "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": "postgres",
        "PG_CONFIG": "\(cluster.binaries.folder)/pg_config",
      ]),
      input: .none, output: .currentStandardOutput, error: .currentStandardError)
    switch result.terminationStatus {
    case .exited(let code): return code
    case .signaled(let signal): return 128 + signal
    }
  }
}
