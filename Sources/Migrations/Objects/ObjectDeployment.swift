import PostgresClient
import Synchronization

/// `objects/` as it was found, and what the database has of it.
struct ObjectWork: Sendable {
  let set: ObjectSet
  let comparison: ObjectComparison
}

/// The code objects in one transaction: out of the way of files that cannot do with them there, and made what the folder says
/// behind those.
final class ObjectStage: Sendable {
  private let work: ObjectWork
  private let settings: RunSettings
  /// Who is at work in between; nil before the first step.
  private let state = Mutex<ObjectRun?>(nil)

  init(_ work: ObjectWork, _ settings: RunSettings) {
    self.work = work
    self.settings = settings
  }

  var changes: [ObjectChange] { state.withLock { $0?.changes ?? [] } }

  /// Enters a transaction of files, before them and behind them.
  func take(part step: DeploymentStep, in transaction: inout TransactionalRun) {
    let look = transaction.beforeCommit
    if let path = step.works.first?.file.path, !step.inTheWay.isEmpty {
      transaction.afterBegin = { try self.makeWay(for: path, dropping: step.inTheWay, $0) }
    }
    transaction.beforeCommit = { connection in
      // What the files did to the session is not for the objects.
      for result in try connection.pipeline(self.settings.reset.statements.map { Statement($0) }) {
        _ = try result.get()
      }
      try self.apply(connection)
      try look?(connection)
    }
  }

  /// In a transaction of their own, from a clean session.
  func alone(
    before look: BeforeCommit.Look?, _ connection: isolated PostgresConnection
  ) throws -> [ObjectChange] {
    for result in try connection.pipeline(settings.reset.pipeline) { _ = try result.get() }
    return try connection.transaction { connection in
      try ObjectSender(settings: settings).open(Timeouts(lock: settings.lockTimeout), connection)
      try apply(connection)
      if let look { try BeforeCommit(look: look, files: [], outcome: .objectsUnchanged)(connection) }
      return changes
    }
  }

  /// Drops these and what depends on them, remembering what they have beside their definitions.
  private func makeWay(
    for path: String, dropping objects: Set<ObjectIdentity>, _ connection: isolated PostgresConnection
  ) throws {
    var run = try begun(connection)
    try run.makeWay(for: path, dropping: objects, connection)
    state.withLock { $0 = run }
  }

  func apply(_ connection: isolated PostgresConnection) throws {
    var run = try begun(connection)
    try run(connection)
    state.withLock { $0 = run }
  }

  private func begun(_ connection: isolated PostgresConnection) throws -> ObjectRun {
    if let run = state.withLock(\.self) { return run }
    let records = ObjectTable(scope: settings.history.scope).records
    let rows = try connection.query(records.sql, records.parameters)
    return ObjectRun(work.set, work.comparison, try ObjectTable.decode(rows), settings)
  }
}

extension Deployment {
  /// The code objects that a file's failure says stand in its way.
  func objectsInTheWay(
    of failure: StatementFailure, _ settings: RunSettings
  ) async throws -> Set<ObjectIdentity> {
    guard ["2BP01", "0A000"].contains(failure.error.code?.rawValue), let detail = failure.error.detail else {
      return []
    }
    return try await connection.run { connection in
      let records = ObjectTable(scope: settings.history.scope).records
      let objects = try ObjectTable.decode(connection.query(records.sql, records.parameters)).flatMap(
        \.objects)
      return try ObjectCatalog.named(objects, in: detail, connection)
    }
  }
}
