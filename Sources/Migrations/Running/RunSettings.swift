import PostgresClient

/// What holds for every file of a run.
struct RunSettings: Sendable {
  let history: History
  /// The server process that holds the deployment lock.
  let backend: Int32
  /// The role that a session of this user begins with.
  let loginRole: String
  let lockTimeout: Timeout
  let hasSingleByteText: Bool
  /// What leaves nothing of one file to the next.
  let reset: SessionReset
  let musterVersion: String
  let report: @Sendable (MigrationEvent) -> Void
  /// Looks on at each statement, which then runs by itself.
  var rehearsal: Rehearsal?

  private var lock: DeploymentLock { DeploymentLock(scope: history.scope) }

  /// Makes the rest of a transaction the runner's own.
  var bookkeeping: Statement { Statement(SessionReset.local(as: loginRole)) }

  /// The first statement of each transaction: only under the deployment lock does it go on. The limits hold to its end.
  func gate(_ timeouts: Timeouts = Timeouts()) -> Statement {
    select([lock.gate(backend: backend), lock.acquisition] + timeouts.local)
  }

  /// The gate to the first transaction of a file. What advisory locks an earlier file left go; the runner's own does not,
  /// because the transaction has it too.
  func opening(_ timeouts: Timeouts = Timeouts()) -> Statement {
    select(
      [lock.gate(backend: backend), "pg_catalog.pg_advisory_unlock_all()", lock.acquisition] + timeouts.local)
  }

  /// The limits of a file. Where it says nothing of a statement timeout, the role's own setting stays.
  func timeouts(for script: Script) -> Timeouts {
    Timeouts(
      lock: script.directives.lockTimeout ?? lockTimeout, statement: script.directives.statementTimeout)
  }

  private func select(_ expressions: [String]) -> Statement {
    Statement("select " + expressions.joined(separator: ", "))
  }
}
