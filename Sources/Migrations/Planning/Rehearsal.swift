import PostgresClient
import SQLText
import Synchronization

/// Looks on while migrations run on a scratch copy: each statement is run by itself, and the database looked at before and
/// behind it.
final class Rehearsal: Sendable {
  private let state = Mutex(State())
  /// Whether what each statement does is looked for, or only what must not run on a copy is left out.
  private let looks: Bool

  init(looks: Bool = true) { self.looks = looks }

  private struct State {
    var statements: [RehearsedStatement] = []
    /// The relations that the copy began with, by what the target calls them.
    var origin: [OID: RelationName] = [:]
  }

  var statements: [RehearsedStatement] { state.withLock { $0.statements } }

  /// Before anything runs on the copy.
  func begin(_ connection: isolated PostgresConnection) throws {
    let relations = try RelationSnapshot.read(connection).relations
    state.withLock { $0.origin = relations.mapValues(\.name) }
  }

  /// Runs a statement, or leaves it out, and notes what it did.
  func watch(
    _ statement: SQLStatement, of work: Work, _ connection: isolated PostgresConnection,
    _ run: (isolated PostgresConnection) throws -> Void
  ) throws {
    let isInTransaction = connection.isInTransaction
    if let reason = statement.reachBeyondDatabase(inTransaction: isInTransaction) {
      return note(statement, of: work, took: .zero, [], [.notRun(reason)])
    }
    guard looks else { return try run(connection) }
    let before = try RelationSnapshot.read(connection)
    let start = ContinuousClock.now
    try run(connection)
    let took = ContinuousClock.now - start
    let find = EffectFinder(
      before: before, after: try RelationSnapshot.read(connection), origin: state.withLock { $0.origin },
      statement: statement, seesLocks: isInTransaction)
    let effects = find()
    var remarks: [RehearsedStatement.Remark] = statement.dependsOnData ? [.dataMissing] : []
    if !isInTransaction, !effects.isEmpty { remarks.append(.locksInferred) }
    note(statement, of: work, took: took, effects, remarks)
  }

  private func note(
    _ statement: SQLStatement, of work: Work, took: Duration, _ effects: [RelationEffect],
    _ remarks: [RehearsedStatement.Remark]
  ) {
    state.withLock { state in
      let number = (work.script.statements.firstIndex(of: statement) ?? 0) + 1
      state.statements.append(
        RehearsedStatement(
          path: work.script.source.name, number: number,
          place: work.script.place(statement),
          sql: work.script.writtenText(statement), took: took, effects: effects, remarks: remarks))
    }
  }
}
