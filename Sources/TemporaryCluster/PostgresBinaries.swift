import FoundationEssentials
import Subprocess
import SystemPackage

/// The folder of a PostgreSQL server's programs, and what comes with it.
public struct PostgresBinaries: Sendable, Hashable {
  /// Holds `postgres`, `initdb`, `psql`, `pg_dump` and so on.
  public let folder: String
  /// The major version, as in 15.
  public let version: Int

  /// Looks where servers are usually installed and takes the first that is whole:
  /// what `PG_CONFIG` says, what `pg_config` says, Debian's folders with the newest first, the `PATH`.
  ///
  /// - Parameters:
  ///   - version: The major version that is wanted; nil takes any.
  ///   - environment: Where `PG_CONFIG` and `PATH` are taken from.
  /// - Returns: The server's programs and version.
  /// - Throws: ``ClusterError/noBinaries(searched:version:)``
  public static func find(
    version: Int? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws -> PostgresBinaries {
    var searched: [String] = []
    for candidate in await candidates(environment) where !searched.contains(candidate) {
      searched.append(candidate)
      guard ["postgres", "initdb"].allSatisfy({ isExecutable("\(candidate)/\($0)") }),
        let found = await majorVersion(of: candidate), version == nil || version == found
      else { continue }
      return PostgresBinaries(folder: candidate, version: found)
    }
    throw ClusterError.noBinaries(searched: searched, version: version)
  }

  /// Whether the server can load this shared library, as in `pg_cron`.
  public func hasLibrary(_ name: String) async -> Bool {
    guard let folder = await output(of: "\(folder)/pg_config", "--pkglibdir") else { return false }
    return ["so", "dylib"].contains { FileManager.default.fileExists(atPath: "\(folder)/\(name).\($0)") }
  }

  private static func candidates(_ environment: [String: String]) async -> [String] {
    var folders: [String] = []
    if let chosen = environment["PG_CONFIG"], let folder = await output(of: chosen, "--bindir") {
      folders.append(folder)
    }
    let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    if let first = path.first(where: { isExecutable("\($0)/pg_config") }),
      let folder = await output(of: "\(first)/pg_config", "--bindir")
    {
      folders.append(folder)
    }
    return folders + versionedFolders(under: "/usr/lib/postgresql") + path
  }

  /// Debian keeps every major version in a folder of its own.
  private static func versionedFolders(under root: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
  }

  private static func majorVersion(of folder: String) async -> Int? {
    guard let line = await output(of: "\(folder)/postgres", "--version") else { return nil }
    return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
  }

  private static func isExecutable(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
  }
}

/// The single line that a program prints, or nil when it fails.
private func output(of program: String, _ argument: String) async -> String? {
  let result = try? await run(
    .path(FilePath(program)), arguments: [argument], output: .string(limit: 4096), error: .discarded)
  guard let result, result.terminationStatus.isSuccess else { return nil }
  return result.standardOutput.split(whereSeparator: \.isNewline).first.map(String.init)
}
