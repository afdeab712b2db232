import PostgresClient
import SQLText

/// A no-transaction file: statement by statement, each noted in the journal, so that a run that fails or is killed is
/// taken up where it stopped.
///
/// - What can be in a transaction is in one together with its note, and so runs exactly once.
/// - What cannot is noted before and after. Found begun and not finished, what it left is looked at first: INVALID indexes
///   are dropped and built again, a partition that is half detached is detached.
/// - Of a VACUUM, or a procedure that commits on its own, nothing can be looked at: it runs again, so at least once.
struct StepwiseRun: Sendable {
  let work: Work
  let settings: RunSettings
  /// Looks at what the file made before the history has it.
  var beforeCommit: BeforeCommit.Look?

  var file: MigrationFile { work.file }
  var script: Script { work.script }
  var journal: Journal { Journal(scope: settings.history.scope, version: file.version) }

  /// Throws `StatementFailure`, `MigrationError.history` where what was run already is no longer what the file says,
  /// or `ServerError`.
  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    try prepare(connection)
    let entries = try outside("reading the journal") { try journal.read(connection) }
    try checkUnchanged(entries)
    if !entries.isEmpty {
      settings.report(.resuming(file, done: entries.values.count { $0.state == .done }))
    }
    for required in script.directives.requiredExtensions {
      try transaction(connection, while: "creating extension \(required.name)") {
        try ExtensionRequirement(required, script: script, settings: settings).satisfy($0)
      }
    }
    for group in script.groups {
      let steps = group.map { Step(run: self, index: $0, entry: entries[$0 + 1]) }
      if steps.count == 1 { try steps[0](connection) } else { try runTogether(steps, connection) }
      settings.report(.statementDone(file, number: group.upperBound, of: script.statements.count))
    }
    try transact(connection, while: "writing the history row") { batch, connection in
      let bookkeeping = [
        settings.bookkeeping, settings.history.record(of: work, by: settings.musterVersion), journal.clearing,
      ]
      for statement in bookkeeping {
        try batch.add(statement, .bookkeeping("writing the history row"), connection)
      }
      if let beforeCommit {
        try batch.flush(connection)
        try BeforeCommit(look: beforeCommit, files: [file], outcome: .stepwise)(connection)
      }
    }
  }

  /// Statements that a BEGIN and a COMMIT in the file hold together: one transaction with the notes of all.
  private func runTogether(_ steps: [Step], _ connection: isolated PostgresConnection) throws {
    for step in steps where step.isDone { try step(connection) }
    let open = steps.filter { !$0.isDone }
    guard let first = open.first else { return }
    let outcome = StatementFailure.Outcome.journalled(done: first.index, of: script.statements.count)
    try transact(connection, while: "noting statements in the journal", outcome: outcome) {
      batch, connection in
      for step in open { try batch.add(step.statement, within: step.limits, connection) }
      for step in open { try step.add(.done, to: &batch, connection) }
    }
  }

  /// A clean session with the limits of the file, and the deployment lock in it.
  private func prepare(_ connection: isolated PostgresConnection) throws {
    let activity = "preparing the session"
    try outside(activity) {
      let limits = settings.timeouts(for: script).session.map { Statement($0) }
      for result in try connection.pipeline(settings.reset.pipeline + limits) { _ = try result.get() }
    }
    try transact(connection, while: activity, settings.opening()) { batch, connection in
      try batch.flush(connection)
      // Whoever lost the lock and has it again may have been overtaken meanwhile.
      if let expected = work.isInHistoryBefore, try settings.history.contains(file, connection) != expected {
        throw ServerError.lockLost
      }
    }
  }

  private func checkUnchanged(_ entries: [Int: JournalEntry]) throws {
    for entry in entries.values.sorted(by: { $0.statement < $1.statement }) where entry.state == .done {
      let statement =
        entry.statement <= script.statements.count ? script.statements[entry.statement - 1] : nil
      if let statement, Self.checksum(statement, script) == entry.checksum { continue }
      let place =
        statement.map { "\(script.place($0))" } ?? file.path
      throw MigrationError.history([.journalEdited(file, statement: entry.statement, place: place)])
    }
  }

  static func checksum(_ statement: SQLStatement, _ script: Script) -> String {
    var end = statement.range.upperBound
    if case .copy(let data) = statement.kind { end = data.upperBound }
    return Checksum(of: script.source.written(statement.range.lowerBound..<end)).value
  }

  // MARK: Around the statements

  /// What the runner does beside the file's own statements, told as such when it fails.
  func outside<T>(_ activity: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as PostgresError {
      throw StatementFailure(error, file: file, outcome: .stepwise, while: activity)
    }
  }

  private func transaction(
    _ connection: isolated PostgresConnection, while activity: String,
    _ body: (isolated PostgresConnection) throws -> Void
  ) throws {
    try outside(activity) { try connection.transaction("", body) }
  }

  /// Runs in one transaction what the body adds to a batch that opens with the gate. Throws what a failure is called, or
  /// the failure itself where `unnamed` wants to look at it.
  func transact(
    _ connection: isolated PostgresConnection, while activity: String, _ gate: Statement? = nil,
    outcome: StatementFailure.Outcome = .stepwise, unnamed: (StatementBatch.Failure) -> Bool = { _ in false },
    _ body: (inout StatementBatch, isolated PostgresConnection) throws -> Void
  ) throws {
    do {
      var batch = StatementBatch(work, settings)
      try batch.add(Statement("begin"), .bookkeeping(activity), connection)
      try batch.add(gate ?? settings.gate(), .gate, connection)
      try body(&batch, connection)
      try batch.add(Statement("commit"), .commit, connection)
      try batch.flush(connection)
    } catch {
      if connection.isInTransaction {
        _ = try? connection.shieldedFromCancellation { _ = try $0.execute("rollback") }
      }
      switch error {
      case let failure as StatementBatch.Failure where !unnamed(failure):
        throw settings.failure(failure, of: work, outcome: outcome)
      case let error as PostgresError:
        throw StatementFailure(error, file: file, outcome: .stepwise, while: activity)
      default: throw error
      }
    }
  }
}
