import PostgresClient

/// What the journal has of hooks before a run: that the one behind the migrations is owed, however the run ends, and nothing
/// of how far an interrupted one got.
struct HookNotes {
  let works: [Work]
  let settings: RunSettings

  func write(_ connection: isolated PostgresConnection) throws {
    let statements = works.flatMap { work -> [Statement] in
      guard case .hook(let moment) = work.direction else { return [] }
      let steps = Journal(scope: settings.history.scope, version: Version(hook: moment)).clearing
      let debt = Journal(scope: settings.history.scope, version: Version(owed: moment))
      return moment == .after ? [steps, debt.note(1, .started, checksum: "")] : [steps]
    }
    guard !statements.isEmpty else { return }
    do {
      try connection.transaction { connection in
        for result in try connection.pipeline([settings.gate()] + statements) { _ = try result.get() }
      }
    } catch let error as PostgresError where error.code == "22012" {
      throw ServerError.lockLost
    }
  }
}
