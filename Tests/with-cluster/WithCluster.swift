import Foundation
import Subprocess
import TemporaryCluster

/// Runs a command against a throw-away cluster, which `PGHOST` and the like name for it, and passes its exit code on:
///
///     with-cluster psql -c 'select version()'
///
/// With no command it prints the cluster's folder and waits to be killed.
@main
struct WithCluster {
  static func main() async throws {
    let cluster = try await TemporaryCluster.start(.init(cronDatabase: "postgres"))
    guard let command = CommandLine.arguments.dropFirst().first else {
      try FileHandle.standardOutput.write(contentsOf: Data("\(cluster.folder)\n".utf8))
      while true { try await Task.sleep(for: .seconds(3600)) }
    }
    let result = try await run(
      .name(command), arguments: Arguments(Array(CommandLine.arguments.dropFirst(2))),
      environment: .inherit.updating([
        "PGHOST": cluster.folder, "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": "postgres",
        "PG_CONFIG": "\(cluster.binaries.folder)/pg_config",
      ]),
      input: .none, output: .currentStandardOutput, error: .currentStandardError)
    await cluster.stop()
    if case .exited(let code) = result.terminationStatus { exit(code) }
    exit(1)
  }
}
