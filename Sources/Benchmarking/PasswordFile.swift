import FoundationEssentials
import PostgresClient

/// A password for a child process, where nobody else can read it: arguments and environments are shown by `ps`.
struct PasswordFile: Sendable {
  private let folder: String
  var path: String { "\(folder)/pgpass" }

  init(_ password: String) throws {
    folder = FileManager.default.temporaryDirectory.path() + "/muster-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let escaped = password.map { ":\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    try Data("*:*:*:*:\(escaped)\n".utf8).write(to: URL(filePath: path))
    // libpq passes over a file that others may read.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

extension ConnectionSettings {
  /// The password that these settings or the environment name; nil where libpq looks into its own file.
  var secret: String? {
    let named = parameters["password"] ?? ProcessInfo.processInfo.environment["PGPASSWORD"] ?? ""
    return named.isEmpty ? nil : named
  }
}
