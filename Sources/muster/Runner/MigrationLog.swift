import Migrations
import PostgresClient
import Synchronization

/// A run of `muster migrate` as lines for a pipeline's log: one for each file on stdout, what delays it on stderr.
final class MigrationLog: Sendable {
  private let isQuiet: Bool
  private let progress: Progress
  private let state = Mutex(State())

  private struct State {
    var applied: [AppliedFile] = []
    var statements: [Version: Int] = [:]
    var remarks: [String] = []
    var batches: [Batch] = []
    var batchToldAt: ContinuousClock.Instant?
  }

  /// A statement that is repeated until it changes no row, and how far it is.
  struct Batch: Encodable {
    let file: String
    let statement: Int
    var rounds: Int
    var rows: Int
    var isDone: Bool
  }

  struct AppliedFile: Sendable {
    let file: MigrationFile
    let statements: Int
    let took: Duration
    let deed: Deed
  }

  enum Deed: String, Sendable {
    case applied
    case takenBack = "took back"
    case hookRun = "ran"
  }

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    progress = Progress(quiet: isQuiet)
  }

  /// All that was done, in order.
  var applied: [AppliedFile] { state.withLock { $0.applied } }
  var remarks: [String] { state.withLock { $0.remarks } }
  var batches: [Batch] { state.withLock { $0.batches } }

  func tell(_ event: MigrationEvent) {
    switch event {
    case .starting(let file, let statements):
      state.withLock { $0.statements[file.version] = statements }
      progress.show(file.fileName)
    case .statementDone(let file, let number, let total): progress.show("\(file.fileName) \(number)/\(total)")
    case .applied(let file, let took): note(file, .applied, took)
    case .takenBack(let file, let took): note(file, .takenBack, took)
    case .hookRun(let file, let took): note(file, .hookRun, took)
    case .batchRound(let file, let batch): tell(file, batch, isDone: false)
    case .batchDone(let file, let batch): tell(file, batch, isDone: true)
    case .objectsApplied(let changes, _):
      progress.clear()
      guard !isQuiet else { return }
      for line in ObjectChange.told(changes) { Output.standard.line(line) }
    default:
      guard let text = event.remark else { return }
      state.withLock { $0.remarks.append(text) }
      guard !isQuiet else { return }
      progress.clear()
      Output.error.line("muster: \(text)")
    }
  }

  /// Each round where somebody looks; a line now and then, and the last one, for a pipeline's log.
  private func tell(_ file: MigrationFile, _ batch: BatchProgress, isDone: Bool) {
    let isDue = state.withLock { state in
      let new = Batch(
        file: file.fileName, statement: batch.statement, rounds: batch.rounds, rows: batch.rows,
        isDone: isDone)
      state.batches.removeAll { $0.file == new.file && $0.statement == new.statement }
      state.batches.append(new)
      let now = ContinuousClock.now
      let isDue = isDone || now - (state.batchToldAt ?? now) >= Self.batchInterval
      if isDue || state.batchToldAt == nil { state.batchToldAt = isDone ? nil : now }
      return isDue
    }
    let done = "\(counted(batch.rounds, "round")), \(counted(batch.rows, "row"))"
    let text = "\(file.fileName) statement \(batch.statement): \(done)\(isDone ? "" : " so far")"
    guard isDue, !isQuiet else { return progress.show(text) }
    progress.clear()
    Output.error.line("muster: \(text)")
  }

  private static let batchInterval = Duration.seconds(10)

  private func note(_ file: MigrationFile, _ deed: Deed, _ took: Duration) {
    let done = state.withLock { state in
      let statements = state.statements[file.version] ?? 0
      state.applied.append(AppliedFile(file: file, statements: statements, took: took, deed: deed))
      return state.applied[state.applied.count - 1]
    }
    progress.clear()
    if !isQuiet { Output.standard.line(Self.line(done)) }
  }

  /// What is going on at the moment, for whoever looks.
  func show(_ text: String) { progress.show(text) }

  func proved(_ text: String) {
    progress.clear()
    if !isQuiet { Output.standard.line(text) }
  }

  func finish() { progress.clear() }

  func conclude(_ report: MigrationReport) {
    let total = report.done.reduce(report.objectsTook) { $0 + $1.took }
    let at = report.version.map { "version \($0.digits)" } ?? "no version"
    let database = "database \"\(report.surroundings.database)\""
    let counts = [
      (report.takenBack.count, "migration", "taken back"), (report.applied.count, "migration", "applied"),
      (report.objects.count, "code object", "changed"),
    ]
    let parts = counts.filter { $0.0 > 0 }.map { "\(counted($0, $1)) \($2)" }
    Output.standard.line(
      parts.isEmpty
        ? "\(database) is up to date: \(at), \(counted(report.versionsBefore.count, "migration")) applied"
        : "\(database) is at \(at): \(parts.joined(separator: ", ")) in \(total.brief)")
  }

  private static func line(_ applied: AppliedFile) -> String {
    "\(applied.deed.rawValue) \(applied.file.fileName) (\(counted(applied.statements, "statement")), \(applied.took.brief))"
  }
}

/// `1 file`, `2 files`.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension MigrationEvent {
  /// What is worth a line on stderr; nil for the ordinary course of things.
  var remark: String? {
    switch self {
    case .starting, .statementDone, .applied, .takenBack, .hookRun, .historyCreated, .batchRound, .batchDone,
      .objectsApplied:
      nil
    case .waitingForLock(let holder):
      "another muster migrate is at work in this database; waiting for it"
        + (holder.map { " (\($0))" } ?? "")
    case .standInCreated(let table, let tool):
      "created \(table), empty: the files speak of \(tool.title)'s own table"
    case .resuming(let file, let done):
      "\(file.fileName) was begun before; going on behind \(counted(done, "statement"))"
    case .extensionCreated(let name, let asScript):
      asScript ? "extension \(name) installed as a plain script" : "extension \(name) created"
    case .blocked(let file, let blockers):
      "\(file.fileName) waits for " + blockers.map { "\($0)" }.joined(separator: "; and for ")
    case .retrying(let file, let failure, let attempt, let pause):
      "\(file.fileName) attempt \(attempt) rolled back: \(failure.error.message); trying again in \(pause.brief)"
    case .remnantDropped(let file, let index):
      "\(file.fileName): dropped index \(index), which an earlier attempt left invalid"
    case .detachFinished(let file, let partition):
      "\(file.fileName): partition \(partition) was half detached; finished that with FINALIZE"
    case .runningAgain(let file, let number):
      "warning: \(file.fileName): statement \(number) commits on its own and was begun by an earlier run, which was stopped"
        + " before its end was known; running it again"
    case .makingWay(let file, let objects):
      "\(file.fileName) meets code objects that stand in its way; dropped, and made again before it is committed: "
        + objects.map(\.description).joined(separator: ", ")
    case .objectsBlocked(let blockers):
      "objects/ waits for " + blockers.map { "\($0)" }.joined(separator: "; and for ")
    case .objectsRetrying(let failure, let attempt, let pause):
      "objects/ attempt \(attempt) rolled back: \(failure.error.message); trying again in \(pause.brief)"
    case .objectsUnknown(let names):
      "warning: this folder has no objects/, and the database has code objects of \(counted(names.count, "file")) there;"
        + " they are left as they are (an empty objects/ drops them)"
    case .lockLost:
      "warning: the deployment lock was gone at the end: a migration released it (pg_advisory_unlock_all), or a pooler"
        + " changed the server process; each file was under it all the same"
    case .notice(let notice): notice.description
    case .reencoded(let file):
      "warning: \(file.fileName): its line ends or byte-order mark differ from what was applied; its text does not"
    case .outOfOrder(let file, let newest):
      "warning: \(file.fileName) comes late: version \(newest) is applied already"
    case .ahead(let entries):
      "warning: the database has migrations that this folder has not: "
        + entries.map { "\($0.version)_\($0.name)" }.joined(separator: ", ")
    }
  }
}
