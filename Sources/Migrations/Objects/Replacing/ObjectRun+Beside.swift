import PostgresClient
import SQLText

/// What stands in a file beside its definitions, and what the database keeps of the file.
extension ObjectRun {
  /// Comments, grants and settings of every file that made something.
  func attach(_ connection: isolated PostgresConnection) throws {
    let files = changed.union(changes.filter { $0.verb != .dropped }.map(\.file))
    for script in set.scripts where changed.contains(script.file.name) { try withdraw(script, connection) }
    for script in set.scripts where files.contains(script.file.name) {
      try sender.send(script.attachments, of: script.script, connection)
    }
  }

  /// Takes back what a changed file said before and says no longer, where there still is what it was about.
  private func withdraw(_ script: ObjectScript, _ connection: isolated PostgresConnection) throws {
    for text in withdrawn(script) {
      if let inverse = WithdrawnAttachment.inverse(of: text) {
        try takeBack(inverse, script.file, connection)
      }
    }
  }

  /// What a changed file said beside its definitions and says no longer.
  func withdrawn(_ script: ObjectScript) -> [String] {
    guard changed.contains(script.file.name),
      let record = records.first(where: { $0.name == script.file.name }),
      let earlier = try? ObjectScript(
        ObjectFile(
          name: record.name, path: script.file.path, bytes: Array(record.sql.utf8), context: ScriptContext()),
        standardConformingStrings: true)
    else { return [] }
    let current = Set(script.attachments.map(script.script.writtenText))
    return earlier.attachments.map(earlier.script.writtenText).filter { !current.contains($0) }
  }

  private func takeBack(
    _ inverse: String, _ file: ObjectFile, _ connection: isolated PostgresConnection
  ) throws {
    do {
      try connection.savepoint { connection in
        try sender.execute(inverse, .file(path: file.path), connection)
      }
    } catch {
      let code = (error as? StatementFailure)?.error.code?.rawValue ?? ""
      guard ObjectObstacle.isMissing(code) else { throw error }
    }
  }

  /// What the database is to know of the files from now on.
  func record(_ connection: isolated PostgresConnection) throws {
    let table = ObjectTable(scope: settings.history.scope)
    var statements = [settings.bookkeeping]
    for script in set.scripts where changed.contains(script.file.name) {
      let objects = script.definitions.compactMap { made["\($0.reference)"] ?? known["\($0.reference)"] }
      statements.append(try table.record(of: script.file, objects: objects, by: settings.musterVersion))
    }
    statements += removed.map(table.removal)
    for result in try connection.pipeline(statements) { _ = try result.get() }
  }
}
