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
    _ statement: SQLStatement, of script: Script, _ connection: isolated PostgresConnection,
    _ run: (isolated PostgresConnection) throws -> Void
  ) throws {
    try watch(statement, in: script.source, connection, run) { took, effects, remarks in
      let index = script.statements.firstIndex(of: statement) ?? 0
      return RehearsedStatement(
        path: script.source.name, number: index + 1, place: script.place(statement),
        sql: script.writtenText(statement), directives: script.directives.own(ofStatement: index), took: took,
        effects: effects, remarks: remarks)
    }
  }

  /// The same of a statement that no file has, on behalf of what stands at the place.
  func watch(
    _ sql: String, path: String, place: SourcePlace?, _ connection: isolated PostgresConnection,
    _ run: (isolated PostgresConnection) throws -> Void
  ) throws {
    let source = try SQLSource(name: path, text: sql)
    guard let statement = try Splitter.split(source).statements.first else { return try run(connection) }
    try watch(statement, in: source, connection, run) { took, effects, remarks in
      RehearsedStatement(
        path: path, number: 0, place: place ?? source.place(at: 0), sql: sql, directives: [], took: took,
        effects: effects,
        remarks: remarks)
    }
  }

  private typealias Account = (Duration, [RelationEffect], [RehearsedStatement.Remark]) -> RehearsedStatement

  private func watch(
    _ statement: SQLStatement, in source: SQLSource, _ connection: isolated PostgresConnection,
    _ run: (isolated PostgresConnection) throws -> Void, _ account: Account
  ) throws {
    let isInTransaction = connection.isInTransaction
    if let reason = try reasonNotToRun(statement, in: source, connection) {
      return note(account(.zero, [], [.notRun(reason)]))
    }
    // Taken only ahead of every query, ours too.
    guard !statement.begins(with: "set", "transaction") else {
      try run(connection)
      return note(account(.zero, [], []))
    }
    let before = looks ? try RelationSnapshot.read(connection) : nil
    let start = ContinuousClock.now
    var remarks: [RehearsedStatement.Remark] = []
    if sparesServer, statement.mayReachServer {
      if let reason = try ServerKeeper.keep(statement, in: source, connection, run) {
        if isInTransaction { return note(account(.zero, [], [.notRun(reason)])) }
        remarks.append(.notUndone(reason))
      }
    } else {
      try run(connection)
    }
    let took = ContinuousClock.now - start
    guard let before else {
      return remarks.isEmpty ? () : note(account(took, [], remarks))
    }
    let find = EffectFinder(
      before: before, after: try RelationSnapshot.read(connection), origin: state.withLock { $0.origin },
      statement: statement, seesLocks: isInTransaction)
    let effects = find()
    if statement.dependsOnData { remarks.append(.dataMissing) }
    if !isInTransaction, !effects.isEmpty { remarks.append(.locksInferred) }
    note(account(took, effects, remarks))
  }

  private func reasonNotToRun(
    _ statement: SQLStatement, in source: SQLSource, _ connection: isolated PostgresConnection
  ) throws -> String? {
    if let reason = statement.reachBeyondDatabase(inTransaction: connection.isInTransaction) { return reason }
    guard sparesServer else { return nil }
    if statement.namesDatabase { return "it is about a database by name, and the copy has another" }
    // What the applied files once made is there, where the server is the target's own.
    guard !looks, let role = statement.roleMade(in: source) else { return nil }
    return try ServerKeeper.isSomebodys(role: role, connection) ? "role \(role) is there" : nil
  }

  private func note(_ statement: RehearsedStatement) { state.withLock { $0.statements.append(statement) } }

  /// Runs what may be taken back and tried again, and forgets what it noted where that happens.
  func attempting<T>(_ body: () throws -> T) rethrows -> T {
    let before = state.withLock { $0.statements.count }
    do {
      return try body()
    } catch {
      state.withLock { $0.statements.removeSubrange(before...) }
      throw error
    }
  }
}
