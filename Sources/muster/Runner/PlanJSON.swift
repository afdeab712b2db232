import Migrations
import SQLText

/// `muster migrate --plan --json`.
struct PlanJSON: Encodable {
  struct Size: Encodable {
    let bytes: Int
    let rows: Double?
  }

  struct Relation: Encodable {
    let schema: String
    let name: String
    let kind: String
    let nameOnTarget: String?
    let table: String?
    let partitionOf: String?
    let lock: String?
    let heldLock: String?
    let blocksReads: Bool
    let blocksWrites: Bool
    let change: String?
    let indexesBuilt: [String]
    let indexesRebuilt: [String]
    let indexesDropped: [String]
    let sizeOnTarget: Size?
  }

  struct Warning: Encodable {
    let relation: String
    let kind: String
    let message: String
  }

  struct Statement: Encodable {
    /// The file that the step's file includes, and that the statement stands in; nil where it stands in the step's own.
    let file: String?
    let line: Int
    let column: Int
    let sql: String
    /// What the file asks for it alone.
    var directives: [String]?
    /// What follows is there once the statement ran on the copy.
    var milliseconds: Double?
    var relations: [Relation]?
    var warnings: [Warning]?
    var dataMissing: Bool?
    var locksInferred: Bool?
    var notRun: String?
    var notUndone: String?
  }

  struct Step: Encodable {
    let version: String
    let name: String
    let file: String
    /// `up`, `down` or `hook`.
    let direction: String
    let checksum: String
    let checksumAlgorithm: String
    let transaction: Bool
    let directives: [String]
    let statements: [Statement]
  }

  let database: String
  let pending: [Step]
  /// The files of objects/ that would be applied behind them.
  let objects: [ObjectLine]
  /// What ran for them on the copy, in that order.
  let objectStatements: [Statement]
  /// Where the copy was; nil when nothing was run.
  var copy: String?
  /// Why nothing was run.
  var notRehearsed: String?
  var error: MigrationJSON.Fault?

  var text: String { encoded(self) }

  init(_ plan: MigrationPlan, notRehearsed: String? = nil) {
    self.init(plan, statements: [], largeFrom: 0)
    self.notRehearsed = notRehearsed
  }

  init(_ plan: MigrationPlan, _ rehearsal: RehearsalReport, copy: String, largeFrom: Int) {
    self.init(plan, statements: rehearsal.statements, largeFrom: largeFrom)
    self.copy = copy
    error = rehearsal.failure.map({ MigrationJSON.Fault($0) })
  }

  private init(_ plan: MigrationPlan, statements: [RehearsedStatement], largeFrom: Int) {
    database = plan.view.surroundings.database
    objects = plan.view.objects.lines.filter { $0.state != "unchanged" }
    let ran = Dictionary(grouping: statements, by: \.path)
    let files = Set(plan.steps.map(\.script.source.name))
    objectStatements = statements.filter { !files.contains($0.path) }.map { statement in
      var json = Statement(
        file: statement.path, line: statement.place.position.line, column: statement.place.position.column,
        sql: statement.sql)
      json.add(statement, largeFrom: largeFrom)
      return json
    }
    pending = plan.steps.map { step in
      let rehearsed = Dictionary((ran[step.script.source.name] ?? []).map { ($0.number, $0) }) { first, _ in
        first
      }
      return Step(
        version: step.file.version.digits, name: step.file.name, file: step.script.source.name,
        direction: step.direction.word,
        checksum: step.file.checksum.value, checksumAlgorithm: step.file.checksum.algorithm,
        transaction: !step.script.directives.noTransaction, directives: step.script.directives.list,
        statements: step.script.statements.enumerated().map { index, statement in
          let place = step.script.place(statement)
          var json = Statement(
            file: place.source == step.script.source.name ? nil : place.source, line: place.position.line,
            column: place.position.column, sql: step.script.writtenText(statement))
          let own = step.script.directives.own(ofStatement: index)
          json.directives = own.isEmpty ? nil : own
          if let rehearsed = rehearsed[index + 1] { json.add(rehearsed, largeFrom: largeFrom) }
          return json
        })
    }
  }
}

extension PlanJSON.Statement {
  fileprivate mutating func add(_ statement: RehearsedStatement, largeFrom: Int) {
    milliseconds = statement.took / .milliseconds(1)
    relations = statement.effects.map(PlanJSON.Relation.init)
    warnings = statement.risks(largeFrom: largeFrom).map {
      PlanJSON.Warning(
        relation: "\($0.relation)", kind: $0.kind.rawValue, message: "\($0.relation) \($0.advice)")
    }
    dataMissing = statement.remarks.contains(.dataMissing)
    locksInferred = statement.remarks.contains(.locksInferred)
    for case .notRun(let reason) in statement.remarks { notRun = reason }
    for case .notUndone(let reason) in statement.remarks { notUndone = reason }
  }
}

extension PlanJSON.Relation {
  fileprivate init(_ effect: RelationEffect) {
    self.init(
      schema: effect.name.schema, name: effect.name.name, kind: effect.kind.noun,
      nameOnTarget: effect.nameOnTarget?.description, table: effect.table?.description,
      partitionOf: effect.partitionOf?.description, lock: effect.lock?.name, heldLock: effect.heldLock?.name,
      blocksReads: effect.lock?.blocksReads ?? false, blocksWrites: effect.lock?.blocksWrites ?? false,
      change: effect.change?.rawValue, indexesBuilt: effect.indexesBuilt,
      indexesRebuilt: effect.indexesRebuilt,
      indexesDropped: effect.indexesDropped,
      sizeOnTarget: effect.size.map { PlanJSON.Size(bytes: $0.bytes, rows: $0.rows) })
  }
}
