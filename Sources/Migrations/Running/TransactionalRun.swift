import PostgresClient
import SQLText

/// One file in one transaction together with its history row, in as few round trips as its statements allow.
struct TransactionalRun: Sendable {
  let file: MigrationFile
  let script: Script
  let settings: RunSettings

  /// Statements sent at once; a file of thousands is sent in several goes.
  private static let chunk = 256

  /// What a step is for, and so how its failure is to be told.
  private enum Purpose {
    case statement(SQLStatement)
    case gate
    case bookkeeping(String)
    case commit
  }

  /// Throws `StatementFailure`, `ServerError`, or `PostgresError` when the session broke before the end.
  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    do {
      try steps(connection)
    } catch {
      if connection.isInTransaction {
        _ = try? connection.shieldedFromCancellation { _ = try $0.execute("rollback") }
      }
      throw error
    }
  }

  private func steps(_ connection: isolated PostgresConnection) throws {
    var batch = Batch(run: self)
    for reset in SessionReset.pipeline {
      try batch.add(reset, .bookkeeping("resetting the session"), connection)
    }
    try batch.add(Statement("begin"), .bookkeeping("beginning the transaction"), connection)
    try batch.add(settings.opening(for: script), .gate, connection)
    for required in script.directives.requiredExtensions {
      try batch.flush(connection)
      try ExtensionRequirement(required, script: script, settings: settings).satisfy(connection)
    }
    for statement in script.statements { try add(statement, to: &batch, connection) }
    try batch.add(Statement(SessionReset.local), .bookkeeping("preparing the history row"), connection)
    try batch.add(
      HistoryTable.insertion(of: file, by: settings.musterVersion), .bookkeeping("writing the history row"),
      connection)
    try batch.add(Statement("commit"), .commit, connection)
    try batch.flush(connection)
  }

  private func add(
    _ statement: SQLStatement, to batch: inout Batch, _ connection: isolated PostgresConnection
  ) throws {
    guard case .copy(let data) = statement.kind else {
      return try batch.add(Statement(script.text(statement)), .statement(statement), connection)
    }
    try batch.flush(connection)
    do {
      try InlineCopy.send(script, statement, data, connection)
    } catch let error as PostgresError {
      throw failure(error, .statement(statement))
    }
  }

  private func failure(_ error: PostgresError, _ purpose: Purpose) -> any Error {
    switch purpose {
    case .statement(let statement):
      StatementFailure(
        error, of: statement, in: script, outcome: .rolledBack, singleByte: settings.hasSingleByteText)
    case .gate where error.code == "22012": ServerError.lockLost
    case .gate:
      StatementFailure(error, file: file, outcome: .rolledBack, while: "checking the deployment lock")
    case .bookkeeping(let activity):
      StatementFailure(error, file: file, outcome: .rolledBack, while: activity)
    case .commit:
      StatementFailure(
        error, file: file, outcome: error.kind == .server ? .rolledBack : .unknown,
        while: "checking deferred constraints and committing")
    }
  }

  /// Statements that wait to be sent together.
  private struct Batch {
    let run: TransactionalRun
    private var statements: [Statement] = []
    private var purposes: [Purpose] = []

    init(run: TransactionalRun) { self.run = run }

    mutating func add(
      _ statement: Statement, _ purpose: Purpose, _ connection: isolated PostgresConnection
    ) throws {
      statements.append(statement)
      purposes.append(purpose)
      if statements.count >= TransactionalRun.chunk { try flush(connection) }
    }

    mutating func flush(_ connection: isolated PostgresConnection) throws {
      let (statements, purposes) = (self.statements, self.purposes)
      self.statements = []
      self.purposes = []
      for (result, purpose) in zip(try send(statements, purposes, connection), purposes) {
        if case .failure(let error) = result { throw run.failure(error, purpose) }
      }
    }

    /// Which statement a session died in cannot be told from here; that COMMIT was among them can.
    private func send(
      _ statements: [Statement], _ purposes: [Purpose], _ connection: isolated PostgresConnection
    ) throws(StatementFailure) -> [Result<Rows, PostgresError>] {
      do {
        return try connection.pipeline(statements)
      } catch {
        let commits = purposes.contains { if case .commit = $0 { true } else { false } }
        throw StatementFailure(
          error, file: run.file, outcome: commits ? .unknown : .rolledBack, while: "running its statements")
      }
    }
  }
}
