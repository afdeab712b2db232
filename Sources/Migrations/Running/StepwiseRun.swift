import PostgresClient
import SQLText

/// A no-transaction file: statement by statement, each noted in the journal, so that a run that fails or is killed is
/// taken up where it stopped.
///
/// A statement that can be in a transaction is in one together with its note, and so runs exactly once. One that cannot
/// is noted before and after; found begun and not finished, what it left is looked at before it runs again.
struct StepwiseRun: Sendable {
  let work: Work
  let settings: RunSettings
  /// Looks at what the file made before the history has it.
  var beforeCommit: BeforeCommit.Look?

  var file: MigrationFile { work.file }
  var script: Script { work.script }
  fileprivate var journal: Journal { Journal(scope: settings.history.scope, version: file.version) }

  /// Throws `StatementFailure`, `MigrationError.history` where what was run already is no longer what the file says,
  /// or `ServerError`.
  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    let entries = try journal.read(connection)
    try checkUnchanged(entries)
    let done = entries.values.count { $0.state == .done }
    if done > 0 { settings.report(.resuming(file, done: done)) }
    try outside("preparing the session") {
      for reset in SessionReset.statements + settings.sessionTimeouts(for: script) {
        try connection.execute(reset)
      }
      try DeploymentLock(scope: settings.history.scope).renew(connection)
    }
    for required in script.directives.requiredExtensions {
      try transaction(connection, while: "creating extension \(required.name)") {
        try ExtensionRequirement(required, script: script, settings: settings).satisfy($0)
      }
    }
    for (index, statement) in script.statements.enumerated() {
      try Step(run: self, statement: statement, number: index + 1, entry: entries[index + 1])(connection)
    }
    try transaction(connection, while: "writing the history row") { connection in
      try connection.query(SessionReset.local)
      try send([settings.history.record(of: work, by: settings.musterVersion), journal.clearing], connection)
      if let beforeCommit {
        try BeforeCommit(look: beforeCommit, files: [file], outcome: .stepwise)(connection)
      }
    }
  }

  private func checkUnchanged(_ entries: [Int: JournalEntry]) throws {
    for entry in entries.values.sorted(by: { $0.statement < $1.statement }) where entry.state == .done {
      let statement =
        entry.statement <= script.statements.count ? script.statements[entry.statement - 1] : nil
      if let statement, Self.checksum(statement, script) == entry.checksum { continue }
      let place =
        statement.map { "\(file.path):\(script.source.position(at: $0.range.lowerBound))" } ?? file.path
      throw MigrationError.history([.journalEdited(file, statement: entry.statement, place: place)])
    }
  }

  static func checksum(_ statement: SQLStatement, _ script: Script) -> String {
    var end = statement.range.upperBound
    if case .copy(let data) = statement.kind { end = data.upperBound }
    return Checksum(of: Array(script.source.bytes[statement.range.lowerBound..<end])).value
  }

  // MARK: Around the statements

  /// What the runner does beside the file's own statements, told as such when it fails.
  fileprivate func outside(_ activity: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as PostgresError {
      throw StatementFailure(error, file: file, outcome: .stepwise, while: activity)
    }
  }

  fileprivate func transaction(
    _ connection: isolated PostgresConnection, while activity: String,
    _ body: (isolated PostgresConnection) throws -> Void
  ) throws {
    do {
      try connection.transaction("", body)
    } catch let error as PostgresError {
      throw StatementFailure(error, file: file, outcome: .stepwise, while: activity)
    }
  }

  fileprivate func send(_ statements: [Statement], _ connection: isolated PostgresConnection) throws {
    for result in try connection.pipeline(statements) { _ = try result.get() }
  }
}

/// One statement of a no-transaction file.
private struct Step {
  let run: StepwiseRun
  let statement: SQLStatement
  let number: Int
  /// What the journal had of it when the run began.
  let entry: JournalEntry?

  private var script: Script { run.script }
  private var sql: String { script.text(statement) }
  private var journal: Journal { run.journal }
  private var checksum: String { StepwiseRun.checksum(statement, script) }
  private var wasBegun: Bool { entry?.state == .started }

  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    let nature = StatementNature(statement, in: script.source)
    if entry?.state == .done {
      if nature == .sessionSetting { try outsideTransaction(connection) }
      return
    }
    switch nature {
    case .ordinary, .sessionSetting: try inTransaction(connection)
    case .outsideTransaction(let alreadyDone):
      try note(.started, connection)
      try outsideTransaction(connection, forgiving: wasBegun ? alreadyDone : [])
      try note(.done, connection)
    case .createIndexConcurrently(let target): try build(ConcurrentIndex(target: target), connection)
    }
    run.settings.report(.statementDone(run.file, number: number, of: script.statements.count))
  }

  /// The statement and its note commit together. A statement that turns out not to bear a transaction runs without one.
  private func inTransaction(_ connection: isolated PostgresConnection) throws {
    do {
      try connection.transaction { connection in
        try run.send([run.settings.gate], connection)
        try watched(connection) { connection in
          if case .copy(let data) = statement.kind {
            try InlineCopy.send(script, statement, data, connection)
          } else {
            try connection.query(sql)
          }
        }
        try connection.query(SessionReset.local)
        try run.send([journal.note(number, .done, checksum: checksum)], connection)
      }
    } catch let error as PostgresError where ["25001", "2D000"].contains(error.code?.rawValue) {
      try note(.started, connection)
      try outsideTransaction(connection)
      try note(.done, connection)
    } catch let error as PostgresError {
      throw failure(error)
    }
  }

  private func outsideTransaction(
    _ connection: isolated PostgresConnection, forgiving codes: Set<String> = []
  ) throws {
    do {
      try watched(connection) { _ = try $0.execute(sql) }
    } catch let error as PostgresError where codes.contains(error.code?.rawValue ?? "") {
      return
    } catch let error as PostgresError {
      throw failure(error)
    }
  }

  private func watched(
    _ connection: isolated PostgresConnection, _ body: (isolated PostgresConnection) throws -> Void
  ) throws {
    guard let rehearsal = run.settings.rehearsal else { return try body(connection) }
    try rehearsal.watch(statement, of: run.work, connection, body)
  }

  private func build(_ index: ConcurrentIndex, _ connection: isolated PostgresConnection) throws {
    var earlier = entry?.indexesBefore ?? []
    if wasBegun {
      let found = try index.candidates(besides: earlier, connection)
      if found.contains(where: \.isValid) { return try note(.done, connection) }
    } else {
      earlier = try index.all(connection).map(\.oid)
      try note(.started, connection, indexesBefore: earlier)
    }
    for remnant in try index.candidates(besides: earlier, connection)
    where !remnant.isValid && !remnant.isBeingBuilt {
      try run.outside("dropping the invalid index \(remnant.name) that an earlier attempt left") {
        try connection.execute("drop index concurrently \(remnant.name)")
      }
      run.settings.report(.remnantDropped(run.file, index: remnant.name))
    }
    try withoutLockTimeout(connection) { try outsideTransaction($0) }
    if let broken = try index.candidates(besides: earlier, connection).first(where: { !$0.isValid }) {
      throw failure(
        PostgresError(
          .server, "index \(broken.name) is INVALID, although the statement reported success", code: "XX002",
          hint: "Another session may be building it, or failed to. Run again when it is done."))
    }
    try note(.done, connection)
  }

  /// Building an index concurrently lets others read and write while it waits, so it may wait; unless the file says not.
  private func withoutLockTimeout(
    _ connection: isolated PostgresConnection, _ body: (isolated PostgresConnection) throws -> Void
  ) throws {
    guard !script.setsLockTimeout else { return try body(connection) }
    try run.outside("lifting the lock timeout") { try connection.execute("set lock_timeout = 0") }
    try body(connection)
    try run.outside("restoring the lock timeout") {
      for setting in run.settings.sessionTimeouts(for: script) { try connection.execute(setting) }
    }
  }

  private func note(
    _ state: JournalEntry.State, _ connection: isolated PostgresConnection, indexesBefore: [String]? = nil
  ) throws {
    try run.transaction(connection, while: "noting statement \(number) in the journal") { connection in
      try connection.query(SessionReset.local)
      try run.send(
        [journal.note(number, state, checksum: checksum, indexesBefore: indexesBefore)], connection)
    }
  }

  private func failure(_ error: PostgresError) -> any Error {
    if error.code == "22012", error.sql == run.settings.gate.sql {
      return ServerError.lockLost
    }
    return StatementFailure(
      error, of: statement, in: script, outcome: .journalled(done: number - 1, of: script.statements.count),
      singleByte: run.settings.hasSingleByteText)
  }
}
