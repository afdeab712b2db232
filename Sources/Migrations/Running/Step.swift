import PostgresClient
import SQLText

/// One statement of a no-transaction file.
struct Step {
  let run: StepwiseRun
  let index: Int
  /// What the journal had of it when the run began.
  let entry: JournalEntry?

  var script: Script { run.script }
  var statement: SQLStatement { script.statements[index] }
  var limits: Timeouts { script.directives.limits(ofStatement: index) }
  var isDone: Bool { entry?.state == .done }
  var wasBegun: Bool { entry?.state == .started }
  private var number: Int { index + 1 }
  private var nature: StatementNature { StatementNature(statement, in: script.source) }

  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    let nature = nature
    if isDone {
      if nature == .sessionSetting { try again(connection) }
      return
    }
    if script.directives.isBatch(index) { return try BatchLoop(step: self)(connection) }
    switch nature {
    case .ordinary, .sessionSetting: try runInTransaction(connection)
    case .outsideTransaction(let alreadyDone):
      if !wasBegun { try note(.started, connection) }
      try runAlone(forgiving: wasBegun ? alreadyDone : [], connection)
    case .createIndexConcurrently(let target): try build(ConcurrentIndex(target: target), connection)
    case .reindexConcurrently(let target): try rebuild(ReindexRemnants(target: target), connection)
    case .detachConcurrently(let target): try detach(Detachment(target: target), connection)
    }
  }

  /// The statement and its note commit together. A statement that turns out not to bear a transaction runs without one.
  private func runInTransaction(_ connection: isolated PostgresConnection) throws {
    do {
      try transact(connection, unnamed: Self.bearsNoTransaction) { batch, connection in
        try batch.add(statement, connection)
        try add(.done, to: &batch, connection)
      }
    } catch is StatementBatch.Failure {
      if wasBegun {
        run.settings.report(.runningAgain(run.file, number: number))
      } else {
        try note(.started, connection)
      }
      try runAlone(connection)
    }
  }

  private static func bearsNoTransaction(_ failure: StatementBatch.Failure) -> Bool {
    guard case .statement = failure.purpose else { return false }
    return ["25001", "2D000"].contains(failure.error.code)
  }

  /// Sends the note right behind the statement: it is there even when the client is killed while the statement runs.
  func runAlone(forgiving codes: Set<String> = [], _ connection: isolated PostgresConnection) throws {
    do {
      try withLimits(connection) { connection in
        var batch = StatementBatch(run.work, run.settings)
        try batch.add(statement, connection)
        try add(.done, to: &batch, connection)
        try batch.flush(connection)
      }
    } catch let failure as StatementBatch.Failure {
      guard case .statement = failure.purpose, let code = failure.error.code?.rawValue, codes.contains(code)
      else { throw run.settings.failure(failure, of: run.work, outcome: outcome) }
      try note(.done, connection)
    }
  }

  /// In the session that goes on with the file. What PREPARE is about may have been dropped since.
  private func again(_ connection: isolated PostgresConnection) throws {
    do {
      try execute(connection)
    } catch let failure as StatementFailure
      where statement.words.first == "prepare" && failure.error.kind == .server
    {}
  }

  /// Without a note.
  func execute(_ connection: isolated PostgresConnection) throws {
    do {
      try withLimits(connection) { connection in
        var batch = StatementBatch(run.work, run.settings)
        try batch.add(statement, connection)
        try batch.flush(connection)
      }
    } catch let failure as StatementBatch.Failure {
      throw run.settings.failure(failure, of: run.work, outcome: outcome)
    }
  }

  // MARK: Notes

  func note(
    _ state: JournalEntry.State, _ connection: isolated PostgresConnection, indexesBefore: [String]? = nil
  ) throws {
    try transact(connection) { batch, connection in
      try add(state, indexesBefore: indexesBefore, to: &batch, connection)
    }
  }

  func add(
    _ state: JournalEntry.State, indexesBefore: [String]? = nil, progress: BatchProgress? = nil,
    to batch: inout StatementBatch, _ connection: isolated PostgresConnection
  ) throws {
    let note = run.journal.note(
      number, state, checksum: StepwiseRun.checksum(statement, script), indexesBefore: indexesBefore,
      progress: progress)
    for statement in [run.settings.bookkeeping, note] {
      try batch.add(statement, .bookkeeping(activity), connection)
    }
  }

  func transact(
    _ connection: isolated PostgresConnection, unnamed: (StatementBatch.Failure) -> Bool = { _ in false },
    _ body: (inout StatementBatch, isolated PostgresConnection) throws -> Void
  ) throws {
    try run.transact(
      connection, while: activity, run.settings.gate(limits), outcome: outcome, unnamed: unnamed, body)
  }

  private var activity: String { "noting statement \(number) in the journal" }

  func failure(_ error: PostgresError) -> StatementFailure {
    StatementFailure(
      error, of: statement, in: script, outcome: outcome, singleByte: run.settings.hasSingleByteText)
  }

  private var outcome: StatementFailure.Outcome {
    .journalled(done: number - 1, of: script.statements.count)
  }

  // MARK: Limits

  /// Runs the body under the limits of the statement; those of before hold again behind it. What lets others read and write
  /// while it waits may wait for as long as it takes, unless the file says not.
  private func withLimits(
    _ connection: isolated PostgresConnection, _ body: (isolated PostgresConnection) throws -> Void
  ) throws {
    var limits = limits
    if nature.waitsInPeace, limits.lock == nil, !script.setsLockTimeout { limits.lock = Timeout.none }
    try limits.during(connection, body)
  }
}
