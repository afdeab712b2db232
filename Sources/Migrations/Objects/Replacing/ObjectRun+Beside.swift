import PostgresClient
import SQLText

/// What stands in a file beside its definitions, and what the database keeps of the file.
extension ObjectRun {
  /// Comments, grants and settings of every file that made something or says something else than before.
  mutating func attach(_ connection: isolated PostgresConnection) throws {
    let makers = Set(changes.filter { $0.verb != .dropped }.map(\.file))
    let adjusted = set.scripts.filter { changed.contains($0.file.name) }.map { ($0, adjustments(of: $0)) }
    for (script, _) in adjusted { try withdraw(script, connection) }
    let speakers = makers.union(adjusted.filter { !$1.isEmpty }.map(\.0.file.name))
    try sender.send(set.scripts.filter { speakers.contains($0.file.name) }, connection)
    for (script, attachments) in adjusted { note(attachments, of: script) }
  }

  /// What a changed file says otherwise than before. Where only the order is another, that is all it says.
  private func adjustments(of script: ObjectScript) -> [ObjectAttachment] {
    let former = earlier(script)?.attachments ?? []
    let withdrawn = former.filter { old in !script.attachments.contains { $0.written == old.written } }
    let new = script.attachments.filter { attachment in
      attachment.hasVariables || !former.contains { $0.written == attachment.written }
    }
    if new.isEmpty, withdrawn.isEmpty, former.map(\.written) != script.attachments.map(\.written) {
      return script.attachments
    }
    return new + withdrawn
  }

  private mutating func note(_ attachments: [ObjectAttachment], of script: ObjectScript) {
    for definition in script.definitions
    where attachments.contains(where: { $0.targets.contains { $0.isMet(by: definition.reference) } }) {
      guard let object = known["\(definition.reference)"]?.identity,
        !changes.contains(where: { $0.object == object })
      else { continue }
      changes.append(ObjectChange(verb: .adjusted, object: object, file: script.file.name))
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
    let current = Set(script.attachments.map(\.written))
    return earlier(script)?.attachments.map(\.written).filter { !current.contains($0) } ?? []
  }

  /// A changed file as it was when it was last applied.
  private func earlier(_ script: ObjectScript) -> ObjectScript? {
    guard changed.contains(script.file.name),
      let record = records.first(where: { $0.name == script.file.name })
    else { return nil }
    let file = ObjectFile(
      name: record.name, path: script.file.path, bytes: Array(record.sql.utf8), context: .unset())
    return try? ObjectScript(file)
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
