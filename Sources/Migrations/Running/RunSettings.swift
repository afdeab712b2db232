import PostgresClient

/// What holds for every file of a run.
struct RunSettings: Sendable {
  let history: History
  /// The server process that holds the deployment lock.
  let backend: Int32
  let lockTimeout: Timeout
  let hasSingleByteText: Bool
  let musterVersion: String
  let report: @Sendable (MigrationEvent) -> Void
  /// Looks on at each statement, which then runs by itself.
  var rehearsal: Rehearsal?

  private var lock: DeploymentLock { DeploymentLock(scope: history.scope) }

  /// The first statement of a transaction: only under the deployment lock does it go on.
  var gate: Statement { Statement("select " + lock.gate(backend: backend)) }

  /// The gate, and the timeouts that hold for one file.
  func opening(for script: Script) -> Statement {
    let settings = timeouts(for: script).map { name, limit in
      "pg_catalog.set_config('\(name)', '\(limit.milliseconds)', true)"
    }
    return Statement("select " + ([lock.gate(backend: backend)] + settings).joined(separator: ", "))
  }

  /// For a no-transaction file, whose statements share a session.
  func sessionTimeouts(for script: Script) -> [String] {
    timeouts(for: script).map { name, limit in "set \(name) = \(limit.milliseconds)" }
  }

  /// Where a file says nothing of a statement timeout, the role's own setting stays.
  private func timeouts(for script: Script) -> [(name: String, limit: Timeout)] {
    let lock = ("lock_timeout", script.directives.lockTimeout ?? lockTimeout)
    return [lock] + (script.directives.statementTimeout.map { [("statement_timeout", $0)] } ?? [])
  }
}
