import FoundationEssentials
import Migrations
import SQLText

/// `muster migrate --plan`, as a table or as JSON.
struct MigrationPlanText {
  let plan: MigrationPlan

  init(_ plan: MigrationPlan) { self.plan = plan }

  func print() {
    let place = plan.view.surroundings.headline
    guard !plan.steps.isEmpty else { return Output.standard.line("\(place): nothing to apply") }
    Output.standard.line("\(place): \(counted(plan.steps.count, "migration")) to apply; nothing was changed")
    var table = Table(
      .left("file"), .right("statements"), .left("transaction"), .left("checksum"), .left("directives"))
    for step in plan.steps {
      table.add(
        "\(step.file.fileName)", "\(step.script.statements.count)",
        "\(step.script.directives.noTransaction ? "each statement" : "one")",
        "\(step.file.checksum.abbreviation)",
        "\(step.script.directives.summary)")
    }
    table.print()
  }

  var json: String {
    let steps = plan.steps.map { step in
      PlanJSON.Step(
        version: step.file.version.digits, name: step.file.name, file: step.file.path,
        checksum: step.file.checksum.value, checksumAlgorithm: step.file.checksum.algorithm,
        transaction: !step.script.directives.noTransaction, directives: step.script.directives.list,
        statements: step.script.statements.map { statement in
          let position = step.script.source.position(at: statement.range.lowerBound)
          return .init(line: position.line, column: position.column, sql: step.script.text(statement))
        })
    }
    return encoded(PlanJSON(database: plan.view.surroundings.database, pending: steps))
  }
}

private struct PlanJSON: Encodable {
  struct Statement: Encodable {
    let line: Int
    let column: Int
    let sql: String
  }

  struct Step: Encodable {
    let version: String
    let name: String
    let file: String
    let checksum: String
    let checksumAlgorithm: String
    let transaction: Bool
    let directives: [String]
    let statements: [Statement]
  }

  let database: String
  let pending: [Step]
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

  struct Fault: Encodable {
    let kind: String
    let exitCode: Int32
    let message: String
    var file: String?
    var line: Int?
    var column: Int?
    var sqlstate: String?
  }

  var database: String?
  var version: String?
  let applied: [Applied]
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
    database = report.before.surroundings.database
    version = report.version?.digits
    applied = report.applied.map { Applied($0.file, $0.statements, $0.took) }
  }

  /// Of what was not begun.
  init(applied: [Applied]) { self.applied = applied }

  init(applied: [MigrationLog.AppliedFile], error: MigrationError, proofs: [Proof.Attempt]? = nil) {
    self.proofs = proofs
    self.applied = applied.map { Applied($0.file, $0.statements, $0.took) }
    let place = error.place
    self.error = Fault(
      kind: error.kind, exitCode: error.exitStatus.rawValue, message: error.description, file: place?.path,
      line: place?.position?.line, column: place?.position?.column, sqlstate: error.sqlState)
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
    return list + requiredExtensions.map { "requires-extension \($0.name)" }
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
