import PostgresClient
import SQLText

/// Sends what replaces code objects, and tells a failure with the place that it comes from.
struct ObjectSender: Sendable {
  /// On whose behalf a statement is sent.
  enum Cause {
    case definition(ObjectDefinition)
    /// A file that is gone or has lost a definition, or one that needs the object out of its way.
    case file(path: String)

    var path: String {
      switch self {
      case .definition(let definition): definition.script.source.name
      case .file(let path): path
      }
    }

    var place: SourcePlace? { if case .definition(let definition) = self { definition.place } else { nil } }
  }

  let settings: RunSettings

  /// The lock is still held, and the limits hold from here on.
  func open(_ limits: Timeouts, _ connection: isolated PostgresConnection) throws {
    do {
      try connection.query(settings.gate(limits).sql)
    } catch {
      throw error.code == "22012" ? ServerError.lockLost : error
    }
  }

  func send(_ definition: ObjectDefinition, _ connection: isolated PostgresConnection) throws {
    do {
      let text = definition.replacingText
      guard let rehearsal = settings.rehearsal else { return _ = try connection.query(text) }
      try rehearsal.watch(definition.statement, of: definition.script, connection) { try $0.query(text) }
    } catch let error as PostgresError {
      throw failure(error, of: definition)
    }
  }

  func failure(_ error: PostgresError, of definition: ObjectDefinition) -> StatementFailure {
    failure(definition.asWritten(error), definition.statement, definition.script)
  }

  /// The comments, grants and settings of files, in one round trip.
  func send(_ scripts: [ObjectScript], _ connection: isolated PostgresConnection) throws {
    let all = scripts.flatMap { script in script.attachments.map { ($0.statement, script.script) } }
    if let rehearsal = settings.rehearsal {
      for (statement, script) in all {
        do {
          try rehearsal.watch(statement, of: script, connection) { try $0.query(script.text(statement)) }
        } catch let error as PostgresError {
          throw failure(error, statement, script)
        }
      }
      return
    }
    let results = try connection.pipeline(all.map { Statement($1.text($0)) })
    for ((statement, script), result) in zip(all, results) {
      if case .failure(let error) = result { throw failure(error, statement, script) }
    }
  }

  /// A statement that no file has.
  func execute(
    _ sql: String, _ cause: Cause, _ connection: isolated PostgresConnection
  ) throws {
    do {
      guard let rehearsal = settings.rehearsal else { return _ = try connection.execute(sql) }
      try rehearsal.watch(sql, path: cause.path, place: cause.place, connection) { try $0.execute(sql) }
    } catch var error as PostgresError {
      error.position = nil
      switch cause {
      case .definition(let definition):
        throw failure(error, definition.statement, definition.script, while: sql)
      case .file(let path): throw StatementFailure(error, path: path, while: sql)
      }
    }
  }

  func failure(
    _ error: PostgresError, _ statement: SQLStatement, _ script: Script, while activity: String? = nil
  ) -> StatementFailure {
    StatementFailure(
      error, of: statement, in: script, outcome: .objectsUnchanged, singleByte: settings.hasSingleByteText,
      while: activity)
  }
}
