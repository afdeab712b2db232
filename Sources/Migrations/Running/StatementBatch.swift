import PostgresClient
import SQLText

/// Statements of a file and of the runner that wait to be sent together, each with what it is for.
struct StatementBatch {
  enum Purpose {
    case gate
    case statement(SQLStatement)
    /// Finds the index INVALID that a statement passed over as being there.
    case soundness(of: SQLStatement)
    case bookkeeping(String)
    case commit
  }

  /// One of them failed, or the connection broke while they were at work.
  struct Failure: Error {
    let error: PostgresError
    /// Nil where it cannot be told which one it was.
    let purpose: Purpose?
    /// Whether COMMIT was among those that broke off.
    var mayHaveCommitted = false
  }

  /// Statements sent at once; a file of thousands is sent in several goes.
  private static let size = 256

  private let work: Work
  private let rehearsal: Rehearsal?
  private var statements: [Statement] = []
  private var purposes: [Purpose] = []

  init(_ work: Work, _ settings: RunSettings) {
    self.work = work
    rehearsal = settings.rehearsal
  }

  mutating func add(
    _ statement: Statement, _ purpose: Purpose, _ connection: isolated PostgresConnection
  ) throws {
    statements.append(statement)
    purposes.append(purpose)
    if statements.count >= Self.size { try flush(connection) }
  }

  /// Adds a statement of the file; one with data of its own is sent at once, behind all that wait.
  mutating func add(
    _ statement: SQLStatement, within limits: Timeouts = Timeouts(), _ connection: isolated PostgresConnection
  ) throws {
    let around = limits.isEmpty ? nil : limits.around
    if let around {
      try add(Statement(around.before), .bookkeeping("setting the limits of a statement"), connection)
    }
    if let rehearsal {
      try flush(connection)
      try rehearsal.watch(statement, of: work.script, connection) { connection in
        try send(statement, connection)
        try flush(connection)
      }
    } else {
      try send(statement, connection)
    }
    if let around {
      try add(Statement(around.after), .bookkeeping("restoring the limits of the file"), connection)
    }
  }

  private mutating func send(_ statement: SQLStatement, _ connection: isolated PostgresConnection) throws {
    guard case .copy(let data) = statement.kind else {
      return try add(Statement(work.script.text(statement)), .statement(statement), connection)
    }
    try flush(connection)
    do {
      try InlineCopy.send(work.script, statement, data, connection)
    } catch let error as PostgresError {
      throw Failure(error: error, purpose: .statement(statement))
    }
  }

  /// Sends what waits. Throws `Failure`.
  @discardableResult
  mutating func flush(_ connection: isolated PostgresConnection) throws -> [Rows] {
    let (statements, purposes) = (self.statements, self.purposes)
    self.statements = []
    self.purposes = []
    var all: [Rows] = []
    for (result, purpose) in zip(try Self.send(statements, purposes, connection), purposes) {
      do {
        let rows = try result.get()
        if case .soundness(let statement) = purpose, let name = rows.first?[0] {
          throw Failure(error: ConcurrentIndex.invalid(name), purpose: .statement(statement))
        }
        all.append(rows)
      } catch let error as PostgresError {
        throw Failure(error: error, purpose: purpose)
      }
    }
    return all
  }

  private static func send(
    _ statements: [Statement], _ purposes: [Purpose], _ connection: isolated PostgresConnection
  ) throws(Failure) -> [Result<Rows, PostgresError>] {
    do {
      return try connection.pipeline(statements)
    } catch {
      let commits = purposes.contains { if case .commit = $0 { true } else { false } }
      throw Failure(error: error, purpose: nil, mayHaveCommitted: commits)
    }
  }
}

extension RunSettings {
  /// What a failure in a batch is called. `outcome` is what the database is left with as far as that is known.
  func failure(
    _ failure: StatementBatch.Failure, of work: Work, outcome: StatementFailure.Outcome
  ) -> any Error {
    let error = failure.error
    func aside(_ activity: String, _ outcome: StatementFailure.Outcome) -> StatementFailure {
      StatementFailure(
        error, file: work.file, outcome: outcome, while: activity, hiding: work.script.given)
    }
    // Of a file whose journal says how far it is, it is known even then.
    let broken = outcome.isRolledBack ? .unknown : outcome
    switch failure.purpose {
    case .statement(let statement), .soundness(let statement):
      return StatementFailure(
        error, of: statement, in: work.script, outcome: outcome, singleByte: hasSingleByteText)
    case .gate where error.code == "22012": return ServerError.lockLost
    case .gate: return aside("checking the deployment lock", outcome)
    case .bookkeeping(let activity): return aside(activity, outcome)
    case .commit:
      return aside(
        "checking deferred constraints and committing", error.kind == .server ? outcome : broken)
    case nil: return aside("running its statements", failure.mayHaveCommitted ? broken : outcome)
    }
  }
}
