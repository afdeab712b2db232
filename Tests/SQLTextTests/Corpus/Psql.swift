import Foundation
import PostgresClient
import Subprocess
import SystemPackage
import TemporaryCluster

/// The real psql on a database of its own, and what it sends.
struct Psql {
  private let program: String
  private let settings: ConnectionSettings

  static func make() async throws -> Psql {
    let cluster = try await TemporaryCluster.shared()
    return Psql(program: "\(cluster.binaries.folder)/psql", settings: try await cluster.createDatabase())
  }

  /// The statements that psql sends when it runs a file. Errors of the server do not stop it.
  func statements(of file: String, in folder: String) async throws -> [String] {
    let log = "\(folder)/\(file).log"
    let arguments = [
      "-X", "-q", "-L", log, "-c", "create table if not exists t (a text, b text)", "-f", file,
    ]
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
    for (name, variable) in ["host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"] {
      environment[variable] = settings.parameters[name]
    }
    environment["PGCLIENTENCODING"] = "UTF8"
    let variables = environment.map { (Environment.Key(stringLiteral: $0), $1) }
    _ = try await run(
      .path(FilePath(program)), arguments: Arguments(arguments),
      environment: .custom(Dictionary(uniqueKeysWithValues: variables)), workingDirectory: FilePath(folder),
      output: .discarded, error: .discarded)
    return Self.queries(in: try String(contentsOfFile: log, encoding: .utf8)).dropFirst().map(\.self)
  }

  /// psql's log has each query between two lines of stars; since version 18 they look like comments.
  private static func queries(in log: String) -> [String] {
    let opening = ["********* QUERY **********", "/******** QUERY *********/"]
    let closing = ["**************************", "/************************/"]
    var queries: [String] = []
    var lines: [String]?
    // By bytes: a carriage return and a line feed are one character to Swift.
    let all = log.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in all.map({ String(decoding: Array($0), as: UTF8.self) }) {
      if let open = lines {
        if closing.contains(line) {
          queries.append(open.joined(separator: "\n"))
          lines = nil
        } else {
          lines = open + [line]
        }
      } else if opening.contains(line) {
        lines = []
      }
    }
    return queries
  }
}
