import Foundation
import PostgresClient
import Subprocess
import SystemPackage

/// What a run of the real binary printed, and how it ended.
struct ToolResult: Sendable {
  var status: Int32
  var output: String
  var errors: String
}

/// The checkout that these tests are part of.
let repository = FilePath(#filePath).removingLastComponent().appending("../../..").lexicallyNormalized()

/// The binary that was built beside these tests.
let musterPath = FilePath(CommandLine.arguments[0]).removingLastComponent().appending("muster")

/// Runs `muster` with an environment that names no database unless it is given one.
func muster(
  _ arguments: String..., environment: [String: String] = [:], folder: String? = nil
) async throws -> ToolResult {
  try await muster(with: arguments, environment: environment, folder: folder)
}

func muster(
  with arguments: [String], environment: [String: String] = [:], folder: String? = nil
) async throws -> ToolResult {
  let result = try await run(
    .path(musterPath), arguments: Arguments(arguments), environment: .custom(plain(environment)),
    workingDirectory: folder.map { FilePath($0) },
    output: .string(limit: 1 << 22), error: .string(limit: 1 << 22))
  let status: Int32 =
    switch result.terminationStatus {
    case .exited(let code): code
    case .signaled(let signal): 128 + signal
    }
  return ToolResult(status: status, output: result.standardOutput, errors: result.standardError)
}

/// The caller's environment without anything that names a database, and these on top.
func plain(_ additions: [String: String]) -> [Environment.Key: String] {
  let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
    !name.hasPrefix("PG") && name != "DATABASE_URL" && name != "NO_COLOR"
  }
  let all = inherited.merging(additions) { $1 }
  return Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0), $1) })
}

extension ConnectionSettings {
  /// For `DATABASE_URL`.
  var conninfo: String {
    parameters.sorted { $0.key < $1.key }.map { "\($0)='\($1)'" }.joined(separator: " ")
  }
}
