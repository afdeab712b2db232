import PostgresClient
import SQLText

/// Files in one transaction together with their history rows, in as few round trips as their statements allow: one file as
/// a rule, several where they are to be there together or not at all.
struct TransactionalRun: Sendable {
  let works: [Work]
  let settings: RunSettings
  /// Prepares the transaction for the files.
  var afterBegin: BeforeCommit.Look?
  /// Looks at what the files made, in their transaction; what it throws rolls them back.
  var beforeCommit: BeforeCommit.Look?

  private var outcome: StatementFailure.Outcome {
    works.count > 1 ? .rolledBackTogether(works.count) : .rolledBack
  }

  /// Returns how long the statements of each file took.
  ///
  /// Throws `StatementFailure`, `MigrationError.refused`, `ServerError`, or what else a look before the commit throws.
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
    var begun: [ContinuousClock.Instant] = []
    for (index, work) in works.enumerated() {
      begun.append(.now)
      if index > 0 { settings.report(.starting(work.file, statements: work.script.statements.count)) }
      try telling(work) {
        var batch = StatementBatch(work, settings)
        try begin(work, isFirst: index == 0, &batch, connection)
        if index == 0, let afterBegin {
          try batch.flush(connection)
          try afterBegin(connection)
        }
        try run(work, isFirst: index == 0, &batch, connection)
        if index == works.count - 1, beforeCommit == nil {
          try batch.add(Statement("commit"), .commit, connection)
        }
        try batch.flush(connection)
      }
    }
    begun.append(.now)
    if let beforeCommit, let last = works.last {
      try BeforeCommit(look: beforeCommit, files: works.map(\.file), outcome: outcome)(connection)
      try telling(last) {
        var batch = StatementBatch(last, settings)
        try batch.add(Statement("commit"), .commit, connection)
        try batch.flush(connection)
      }
    }
    return zip(begun, begun.dropFirst()).map { $1 - $0 }
  }

  /// From a clean session, of which all but what is behind the last place to synchronise may run inside a transaction.
  private func begin(
    _ work: Work, isFirst: Bool, _ batch: inout StatementBatch, _ connection: isolated PostgresConnection
  ) throws {
    for reset in isFirst ? settings.reset.pipeline : settings.reset.statements.map({ Statement($0) }) {
      try batch.add(reset, .bookkeeping("resetting the session"), connection)
    }
    if isFirst {
      try batch.add(Statement("begin"), .bookkeeping("beginning the transaction"), connection)
      for statement in work.script.transactionModes { try batch.add(statement, connection) }
    }
    try batch.add(settings.opening(settings.timeouts(for: work.script)), .gate, connection)
  }

  private func run(
    _ work: Work, isFirst: Bool, _ batch: inout StatementBatch, _ connection: isolated PostgresConnection
  ) throws {
    for required in work.script.directives.requiredExtensions {
      try batch.flush(connection)
      try ExtensionRequirement(required, script: work.script, settings: settings).satisfy(connection)
    }
    let sent = isFirst ? work.script.transactionModes.count : 0
    for (index, statement) in work.script.statements.enumerated().dropFirst(sent) {
      try batch.add(statement, within: work.script.directives.limits(ofStatement: index), connection)
      if let index = StatementNature.indexThatMayBeThere(statement, in: work.script.source) {
        try batch.add(ConcurrentIndex(target: index).unsound, .soundness(of: statement), connection)
        // What it finds is no error to the server, which would go on and commit.
        try batch.flush(connection)
      }
    }
    try batch.add(settings.bookkeeping, .bookkeeping("preparing the history row"), connection)
    try batch.add(
      settings.history.record(of: work, by: settings.musterVersion), .bookkeeping("writing the history row"),
      connection)
    // Begun when it was not one transaction, and changed since.
    if work.isBegun {
      let journal = Journal(scope: settings.history.scope, version: work.file.version)
      try batch.add(journal.clearing, .bookkeeping("clearing the journal"), connection)
    }
  }

  private func telling(_ work: Work, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let failure as StatementBatch.Failure {
      throw settings.failure(failure, of: work, outcome: outcome)
    }
  }
}

extension Script {
  /// SET TRANSACTION is taken only ahead of every query, the runner's own included.
  fileprivate var transactionModes: ArraySlice<SQLStatement> {
    statements.prefix { $0.begins(with: "set", "transaction") }
  }
}
