import FoundationEssentials
import Migrations
import SQLText

/// `muster migrate --plan` where nothing could be run: what the files alone say.
struct MigrationPlanText {
  let plan: MigrationPlan

  init(_ plan: MigrationPlan) { self.plan = plan }

  func print() {
    let place = plan.view.surroundings.headline
    guard !plan.isEmpty else { return Output.standard.line("\(place): nothing to apply") }
    Output.standard.line("\(place): \(plan.headline); nothing was changed")
    var table = Table(
      .left("file"), .right("statements"), .left("transaction"), .left("checksum"), .left("directives"))
    for step in plan.steps {
      table.add(
        "\(step.fileName)", "\(step.script.statements.count)",
        "\(step.script.directives.noTransaction ? "each statement" : "one")",
        "\(step.direction == .up ? step.file.checksum.abbreviation : "")",
        "\(step.script.directives.summary)")
    }
    if !plan.steps.isEmpty { table.print() }
    plan.view.objects.tell()
  }
}

extension MigrationPlan {
  /// How much there is to do.
  var headline: String {
    let counts = [(Work.Direction.down, "to take back"), (.up, "to apply")].compactMap { direction, words in
      let count = steps.count { $0.direction == direction }
      return count > 0 ? "\(counted(count, "migration")) \(words)" : nil
    }
    if !counts.isEmpty { return counts.joined(separator: ", ") }
    return steps.isEmpty ? "code objects to change" : "a hook of an earlier run to run"
  }
}

/// The outcome of `muster migrate --json`.
struct MigrationJSON: Encodable {
  struct Applied: Encodable {
    let version: String
    let name: String
    let file: String
    let statements: Int
    let milliseconds: Double
  }

  struct Object: Encodable {
    let change: String
    let type: String
    let name: String
    let file: String
  }

  struct Fault: Encodable {
    let kind: String
    let exitCode: Int32
    let message: String
    var file: String?
    var line: Int?
    var column: Int?
    var sqlstate: String?
    /// One by one what is wrong with the history.
    var faults: [HistoryFaultJSON]?
  }

  var database: String?
  var version: String?
  let applied: [Applied]
  /// Both nil where there were none.
  var takenBack: [Applied]?
  var hooks: [Applied]?
  var objects: [Object]?
  var error: Fault?
  /// What was tried before each commit; nil without --verify.
  var proofs: [Proof.Attempt]?
  /// Statements that were repeated until they changed no row; nil when there was none.
  var batches: [MigrationLog.Batch]?
  /// What a person reads on stderr: waits and who caused them, attempts, what was mended.
  var remarks: [String]?

  var text: String { encoded(self) }

  init(report: MigrationReport, proofs: [Proof.Attempt]? = nil) {
    self.proofs = proofs
    database = report.surroundings.database
    version = report.version?.digits
    applied = report.applied.map { Applied($0.file, $0.statements, $0.took) }
    takenBack = report.takenBack.map { Applied($0.file, $0.statements, $0.took) }.nonEmpty
    hooks = report.done.filter(\.isHook).map { Applied($0.file, $0.statements, $0.took) }.nonEmpty
    objects = report.objects.map {
      Object(change: $0.verb.rawValue, type: $0.object.type, name: $0.object.name, file: $0.file)
    }
  }

  /// Of what was not begun.
  init(applied: [Applied]) { self.applied = applied }

  init(applied: [MigrationLog.AppliedFile], error: MigrationError, proofs: [Proof.Attempt]? = nil) {
    self.proofs = proofs
    func done(_ deed: MigrationLog.Deed) -> [Applied] {
      applied.filter { $0.deed == deed }.map { Applied($0.file, $0.statements, $0.took) }
    }
    self.applied = done(.applied)
    takenBack = done(.takenBack).nonEmpty
    hooks = done(.hookRun).nonEmpty
    self.error = Fault(error)
  }
}

extension MigrationJSON.Fault {
  init(_ error: MigrationError) {
    let place = error.place
    self.init(
      kind: error.kind, exitCode: error.exitStatus.rawValue, message: error.description, file: place?.path,
      line: place?.position?.line, column: place?.position?.column, sqlstate: error.sqlState,
      faults: error.historyFaults.map(HistoryFaultJSON.init).nonEmpty)
  }
}

extension MigrationJSON {
  /// With what the run told on its way.
  func with(_ log: MigrationLog) -> MigrationJSON {
    var copy = self
    copy.batches = log.batches.isEmpty ? nil : log.batches
    copy.remarks = log.remarks.isEmpty ? nil : log.remarks
    return copy
  }
}

extension MigrationJSON.Applied {
  init(_ file: MigrationFile, _ statements: Int, _ took: Duration) {
    let (seconds, attoseconds) = took.components
    self.init(
      version: file.version.digits, name: file.name, file: file.path, statements: statements,
      milliseconds: Double(seconds) * 1000 + Double(attoseconds / 1_000_000_000_000) / 1000)
  }
}

extension Work {
  /// The file that is run.
  var fileName: String { script.source.name.split(separator: "/").last.map(String.init) ?? file.fileName }
}

extension Work.Direction {
  var word: String {
    switch self {
    case .up: "up"
    case .down: "down"
    case .hook: "hook"
    }
  }
}

extension Array {
  /// Nil in place of an empty one, which then is no key in JSON.
  var nonEmpty: [Element]? { isEmpty ? nil : self }
}

extension Surroundings {
  var headline: String { "database \"\(database)\" on PostgreSQL \(serverVersion)" }
}

extension Directives {
  /// As they could be written, without `muster:`.
  var list: [String] {
    var list: [String] = []
    if noTransaction { list.append("no-transaction") }
    if let lockTimeout { list.append("lock-timeout \(lockTimeout.written)") }
    if let statementTimeout { list.append("statement-timeout \(statementTimeout.written)") }
    return list + requiredExtensions.map { "requires-extension \($0.name)" } + environment.map { "env \($0)" }
  }

  var summary: String { list.joined(separator: ", ") }
}

/// One line of JSON with its keys in order.
func encoded(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else { return "{}" }
  return String(decoding: data, as: UTF8.self)
}
