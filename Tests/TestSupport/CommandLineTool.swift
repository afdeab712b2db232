private import Foundation
package import PostgresClient
package import Subprocess
package import SystemPackage

/// What a run of the real binary printed, and how it ended.
package struct ToolResult: Sendable {
  package var status: Int32
  package var output: String
  package var errors: String

  package init(status: Int32, output: String, errors: String) {
    (self.status, self.output, self.errors) = (status, output, errors)
  }
}

/// The checkout that these tests are part of.
package let repository = FilePath(#filePath).removingLastComponent().appending("../..")
  .lexicallyNormalized()

/// The binary that was built beside these tests.
package let musterPath = FilePath(CommandLine.arguments[0]).removingLastComponent().appending("muster")

/// Runs `muster` with an environment that names no database unless it is given one.
package func muster(
  _ arguments: String..., environment: [String: String] = [:], folder: String? = nil
) async throws -> ToolResult {
  try await muster(with: arguments, environment: environment, folder: folder)
}

package func muster(
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

/// The caller's environment without anything that names a database, and these on top. Which server's programs to use stays.
package func plain(_ additions: [String: String]) -> [Environment.Key: String] {
  let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
    name == "PG_CONFIG" || !(name.hasPrefix("PG") || name == "DATABASE_URL" || name == "NO_COLOR")
  }
  let all = inherited.merging(additions) { $1 }
  return Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0), $1) })
}

extension ConnectionSettings {
  /// For `DATABASE_URL`.
  package var conninfo: String {
    parameters.sorted { $0.key < $1.key }.map { "\($0)='\($1)'" }.joined(separator: " ")
  }
}
