import PostgresClient

/// What holds for every file of a run.
struct RunSettings: Sendable {
  /// The server process that holds the deployment lock.
  let backend: Int32
  let lockTimeout: Timeout
  let hasSingleByteText: Bool
  let musterVersion: String
  let report: @Sendable (MigrationEvent) -> Void

  /// For a no-transaction file, whose statements share a session.
  func sessionTimeouts(for script: Script) -> [String] {
    timeouts(for: script).map { $0.replacing("set local", with: "set") }
  }

  /// For a file in a transaction. Where a file says nothing of a statement timeout, the role's own setting stays.
  func timeouts(for script: Script) -> [String] {
    let lock = script.directives.lockTimeout ?? lockTimeout
    var settings = ["set local lock_timeout = \(lock.milliseconds)"]
    if let limit = script.directives.statementTimeout {
      settings.append("set local statement_timeout = \(limit.milliseconds)")
    }
    return settings
  }
}
