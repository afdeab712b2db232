import PostgresClient
import SQLText

/// Files in one transaction together with their history rows, in as few round trips as their statements allow: one file as
/// a rule, several where they are to be there together or not at all.
struct TransactionalRun: Sendable {
  let works: [Work]
  let settings: RunSettings
  /// Looks at what the files made, in their transaction; what it throws rolls them back.
  var beforeCommit: BeforeCommit.Look?

  private var outcome: StatementFailure.Outcome {
    works.count > 1 ? .rolledBackTogether(works.count) : .rolledBack
  }

  /// Statements sent at once; a file of thousands is sent in several goes.
  private static let chunk = 256

  /// What a step is for, and so how its failure is to be told.
  private enum Purpose {
    case statement(SQLStatement)
    case gate
    case bookkeeping(String)
    case commit
  }

  /// Returns how long the statements of each file took.
  ///
  /// Throws `StatementFailure`, `MigrationError.refused`, `ServerError`, or `PostgresError` when the session broke before the end.
  @discardableResult
  func callAsFunction(_ connection: isolated PostgresConnection) throws -> [Duration] {
    do {
      return try steps(connection)
    } catch {
      if connection.isInTransaction {
        _ = try? connection.shieldedFromCancellation { _ = try $0.execute("rollback") }
      }
      throw error
    }
  }

  private func steps(_ connection: isolated PostgresConnection) throws -> [Duration] {
    guard let first = works.first else { return [] }
    var begun = [ContinuousClock.now]
    var batch = Batch(run: self, work: first)
    for reset in SessionReset.pipeline {
      try batch.add(reset, .bookkeeping("resetting the session"), connection)
    }
    try batch.add(Statement("begin"), .bookkeeping("beginning the transaction"), connection)
    for (index, work) in works.enumerated() {
      if index > 0 {
        try batch.begin(work, connection)
        begun.append(ContinuousClock.now)
        settings.report(.starting(work.file, statements: work.script.statements.count))
      }
      try add(work, to: &batch, connection)
    }
    if let beforeCommit {
      try batch.flush(connection)
      begun.append(ContinuousClock.now)
      try BeforeCommit(look: beforeCommit, files: works.map(\.file), outcome: outcome)(connection)
    }
    try batch.add(Statement("commit"), .commit, connection)
    try batch.flush(connection)
    begun.append(ContinuousClock.now)
    return zip(begun, begun.dropFirst()).prefix(works.count).map { $1 - $0 }
  }

  private func add(_ work: Work, to batch: inout Batch, _ connection: isolated PostgresConnection) throws {
    try batch.add(settings.opening(for: work.script), .gate, connection)
    for required in work.script.directives.requiredExtensions {
      try batch.flush(connection)
      try ExtensionRequirement(required, script: work.script, settings: settings).satisfy(connection)
    }
    for statement in work.script.statements {
      guard let rehearsal = settings.rehearsal else {
        try add(statement, to: &batch, connection)
        continue
      }
      try batch.flush(connection)
      try rehearsal.watch(statement, of: work, connection) { connection in
        try add(statement, to: &batch, connection)
        try batch.flush(connection)
      }
    }
    try batch.add(Statement(SessionReset.local), .bookkeeping("preparing the history row"), connection)
    try batch.add(
      settings.history.record(of: work, by: settings.musterVersion), .bookkeeping("writing the history row"),
      connection)
  }

  private func add(
    _ statement: SQLStatement, to batch: inout Batch, _ connection: isolated PostgresConnection
  ) throws {
    guard case .copy(let data) = statement.kind else {
      return try batch.add(Statement(batch.work.script.text(statement)), .statement(statement), connection)
    }
    try batch.flush(connection)
    do {
      try InlineCopy.send(batch.work.script, statement, data, connection)
    } catch let error as PostgresError {
      throw failure(error, .statement(statement), of: batch.work)
    }
  }

  private func failure(_ error: PostgresError, _ purpose: Purpose, of work: Work) -> any Error {
    let (file, script) = (work.file, work.script)
    return switch purpose {
    case .statement(let statement):
      StatementFailure(
        error, of: statement, in: script, outcome: outcome, singleByte: settings.hasSingleByteText)
    case .gate where error.code == "22012": ServerError.lockLost
    case .gate:
      StatementFailure(error, file: file, outcome: outcome, while: "checking the deployment lock")
    case .bookkeeping(let activity):
      StatementFailure(error, file: file, outcome: outcome, while: activity)
    case .commit:
      StatementFailure(
        error, file: file, outcome: error.kind == .server ? outcome : .unknown,
        while: "checking deferred constraints and committing")
    }
  }

  /// Statements of one work that wait to be sent together.
  private struct Batch {
    let run: TransactionalRun
    private(set) var work: Work
    private var statements: [Statement] = []
    private var purposes: [Purpose] = []

    init(run: TransactionalRun, work: Work) {
      self.run = run
      self.work = work
    }

    /// Goes on with another work, from a clean session: all of the reset may run inside a transaction.
    mutating func begin(_ work: Work, _ connection: isolated PostgresConnection) throws {
      try flush(connection)
      self.work = work
      for reset in SessionReset.statements {
        try add(Statement(reset), .bookkeeping("resetting the session"), connection)
      }
    }

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
        if case .failure(let error) = result { throw run.failure(error, purpose, of: work) }
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
          error, file: work.file, outcome: commits ? .unknown : run.outcome, while: "running its statements")
      }
    }
  }
}
