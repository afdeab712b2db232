import PostgresClient
import SQLText
import Synchronization

/// Looks on while migrations run on a scratch copy: each statement is run by itself, and the database looked at before and
/// behind it.
final class Rehearsal: Sendable {
  private let state = Mutex(State())
  /// Whether what each statement does is looked for, or only what must not run on a copy is left out.
  private let looks: Bool
  /// Whether the server of the copy is somebody's, and what its databases share is to stay as it is.
  private let sparesServer: Bool

  init(looks: Bool = true, sparesServer: Bool = false) {
    self.looks = looks
    self.sparesServer = sparesServer
  }

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
    if let reason = try reasonNotToRun(statement, of: work, connection) {
      return note(statement, of: work, took: .zero, [], [.notRun(reason)])
    }
    // Taken only ahead of every query, ours too.
    guard !statement.begins(with: "set", "transaction") else {
      try run(connection)
      return note(statement, of: work, took: .zero, [], [])
    }
    let before = looks ? try RelationSnapshot.read(connection) : nil
    let start = ContinuousClock.now
    var remarks: [RehearsedStatement.Remark] = []
    if sparesServer, statement.mayReachServer {
      if let reason = try ServerKeeper.keep(connection, run) {
        if isInTransaction { return note(statement, of: work, took: .zero, [], [.notRun(reason)]) }
        remarks.append(.notUndone(reason))
      }
    } else {
      try run(connection)
    }
    let took = ContinuousClock.now - start
    guard let before else {
      return remarks.isEmpty ? () : note(statement, of: work, took: took, [], remarks)
    }
    let find = EffectFinder(
      before: before, after: try RelationSnapshot.read(connection), origin: state.withLock { $0.origin },
      statement: statement, seesLocks: isInTransaction)
    let effects = find()
    if statement.dependsOnData { remarks.append(.dataMissing) }
    if !isInTransaction, !effects.isEmpty { remarks.append(.locksInferred) }
    note(statement, of: work, took: took, effects, remarks)
  }

  private func reasonNotToRun(
    _ statement: SQLStatement, of work: Work, _ connection: isolated PostgresConnection
  ) throws -> String? {
    if let reason = statement.reachBeyondDatabase(inTransaction: connection.isInTransaction) { return reason }
    guard sparesServer else { return nil }
    if statement.namesDatabase { return "it is about a database by name, and the copy has another" }
    // What the applied files once made is there, where the server is the target's own.
    guard !looks, let role = statement.roleMade(in: work.script.source) else { return nil }
    return try ServerKeeper.isSomebodys(role: role, connection) ? "role \(role) is there" : nil
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
