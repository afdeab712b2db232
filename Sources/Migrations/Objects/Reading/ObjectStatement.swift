import SQLText

/// A statement of a file in `objects/`.
package enum ObjectStatement: Equatable {
  /// Defines an object.
  case definition(ObjectReference, Form)
  /// Says something about objects that the same file defines: a comment, a grant, an owner, a setting.
  case attachment([Target])

  /// How a definition is written, as far as it decides how it is run.
  package struct Form: Equatable, Sendable {
    /// `create` alone; the runner adds `or replace`.
    package var lacksReplace = false
    /// `create constraint trigger`, which takes no `or replace`.
    package var isConstraintTrigger = false
    /// What a view's `with (…)` sets.
    package var options: Set<String> = []
  }

  /// What an attachment is about.
  package enum Target: Equatable, Sendable {
    case object(kinds: Set<CodeObjectKind>, name: ObjectName, relation: ObjectName?)
    /// A table, as the owner of a trigger or a policy: `alter table t enable row level security`.
    case tableOfParts(ObjectName)
  }

  /// Why a statement has no place in `objects/`.
  package struct Refusal: Error, Equatable {
    package let reason: String
  }

  /// Throws `Refusal` for what defines no code object and says nothing of one.
  package init(_ text: String) throws(Refusal) {
    let reader: TokenReader
    do { reader = try TokenReader(text) } catch { throw Refusal(reason: error.message) }
    var beginning = reader
    switch beginning.word() {
    case "create": self = try Definition.create(reader)
    case "select": self = .definition(try Definition.job(reader), Form())
    case "comment", "grant", "revoke", "alter": self = .attachment(try Attachment.targets(reader))
    default:
      throw Refusal(reason: "\(beginning.piece().text.uppercased()) is no definition of a code object")
    }
  }
}

/// Reads what a definition is about.
private enum Definition {
  typealias Refusal = ObjectStatement.Refusal

  static func create(_ statement: TokenReader) throws(Refusal) -> ObjectStatement {
    var reader = statement
    reader.skip()
    var form = ObjectStatement.Form()
    form.lacksReplace = !reader.take("or", "replace")
    if reader.take("function") { return .definition(try routine(.function, &reader), form) }
    if reader.take("procedure") { return .definition(try routine(.procedure, &reader), form) }
    if reader.take("view") || reader.take("recursive", "view") {
      let name = try name(&reader)
      form.options = options(&reader)
      return .definition(ObjectReference(.view, name), form)
    }
    if reader.take("materialized", "view") {
      return .definition(ObjectReference(.materializedView, try name(&reader)), form)
    }
    if reader.take("index") || reader.take("unique", "index") {
      return .definition(try part(.index, &reader), form)
    }
    if reader.take("trigger") { return .definition(try part(.trigger, &reader), form) }
    if reader.take("constraint", "trigger") {
      form.isConstraintTrigger = true
      return .definition(try part(.trigger, &reader), form)
    }
    if reader.take("policy") { return .definition(try part(.policy, &reader), form) }
    throw Refusal(reason: "CREATE \(reader.piece().text.uppercased()) is no definition of a code object")
  }

  private static func routine(
    _ kind: CodeObjectKind, _ reader: inout TokenReader
  ) throws(Refusal) -> ObjectReference {
    let name = try name(&reader)
    guard let list = reader.list() else {
      throw Refusal(reason: "the arguments of \(name) are not in parentheses")
    }
    guard let types = RoutineArguments.types(list) else {
      throw Refusal(reason: "an argument of \(name) does not name its type; write the type itself, not %TYPE")
    }
    return ObjectReference(kind, name, arguments: types)
  }

  /// A trigger, a policy or an index: its name, and behind ON what it belongs to.
  private static func part(
    _ kind: CodeObjectKind, _ reader: inout TokenReader
  ) throws(Refusal) -> ObjectReference {
    if kind == .index, reader.word() == "concurrently" {
      throw Refusal(
        reason: "an index of a materialized view is made in its transaction; leave CONCURRENTLY out")
    }
    if kind == .index, reader.word() == "on" { throw Refusal(reason: "give the index a name") }
    let name = try name(&reader)
    guard reader.seek("on") else { throw Refusal(reason: "\(name) does not say ON what") }
    reader.skip()
    _ = reader.take("only")
    guard let relation = reader.name() else { throw Refusal(reason: "a name is missing") }
    // Of Muster's own tables those that users read take policies and triggers of theirs, not its bookkeeping.
    if relation.schema == "muster", kind == .index || isBookkeeping(relation) {
      throw Refusal(reason: "\(relation) is Muster's own")
    }
    return ObjectReference(kind, name, relation: relation)
  }

  private static func isBookkeeping(_ relation: ObjectName) -> Bool {
    relation.name == "migration" || relation.name.hasPrefix("migration_")
  }

  private static func name(_ reader: inout TokenReader) throws(Refusal) -> ObjectName {
    if reader.take("if", "not", "exists") {
      throw Refusal(
        reason: "IF NOT EXISTS would keep an old definition; leave it out: what is there is replaced")
    }
    guard let name = reader.name() else { throw Refusal(reason: "a name is missing") }
    guard name.schema != "muster" else {
      throw Refusal(reason: "schema muster is Muster's own; \(name) belongs elsewhere")
    }
    return name
  }

  /// The names in a view's `with (…)`, which stands between its columns and AS.
  private static func options(_ reader: inout TokenReader) -> Set<String> {
    guard reader.seek("with", "as"), reader.take("with"), let list = reader.list() else { return [] }
    return Set(list.compactMap { $0.word() })
  }

  /// `select muster.schedule('name', …)`, also `cron.schedule`, also with `name => 'name'`.
  static func job(_ statement: TokenReader) throws(Refusal) -> ObjectReference {
    var reader = statement
    reader.skip()
    guard let call = reader.name(), let scheduler = call.schema, ["muster", "cron"].contains(scheduler),
      call.name == "schedule", let list = reader.list(), reader.isAtEnd
    else {
      throw Refusal(
        reason: "of SELECT only a call of muster.schedule(…) or cron.schedule(…) defines something: a job")
    }
    for (index, argument) in list.enumerated() {
      var argument = argument
      let isNamed = argument.sign(1) == "=" && argument.sign(2) == ">"
      if isNamed {
        guard ["name", "job_name"].contains(argument.word()) else { continue }
        for _ in 1...3 { argument.skip() }
      } else if index > 0 {
        break
      }
      if let name = argument.string() {
        return ObjectReference(.job, ObjectName(schema: scheduler, name: name))
      }
    }
    throw Refusal(reason: "the job's name has to be a plain string")
  }
}

/// Reads what a comment, a grant or an ALTER is about.
private enum Attachment {
  typealias Refusal = ObjectStatement.Refusal
  typealias Target = ObjectStatement.Target

  private static let relations: Set<CodeObjectKind> = [.view, .materializedView]
  private static let routines: Set<CodeObjectKind> = [.function, .procedure]

  static func targets(_ statement: TokenReader) throws(Refusal) -> [Target] {
    var reader = statement
    let verb = reader.piece().text
    switch verb {
    case "comment":
      guard reader.take("on") else { throw Refusal(reason: "COMMENT does not say ON what") }
      if reader.take("column") { return [try column(&reader)] }
      return [try single(&reader)]
    case "grant", "revoke":
      guard reader.seek("on") else {
        throw Refusal(reason: "\(verb.uppercased()) of a role is no part of a code object")
      }
      reader.skip()
      return try granted(&reader)
    default: return [try altered(&reader)]
    }
  }

  private static func kinds(_ reader: inout TokenReader) -> Set<CodeObjectKind>? {
    if reader.take("function") { return [.function] }
    if reader.take("procedure") { return [.procedure] }
    if reader.take("routine") { return routines }
    if reader.take("view") { return [.view] }
    if reader.take("materialized", "view") { return [.materializedView] }
    if reader.take("index") { return [.index] }
    if reader.take("trigger") { return [.trigger] }
    return reader.take("policy") ? [.policy] : nil
  }

  private static func single(_ reader: inout TokenReader) throws(Refusal) -> Target {
    guard let kinds = kinds(&reader), let name = reader.name() else {
      throw Refusal(reason: "this is about something that is no code object")
    }
    guard kinds == [.trigger] || kinds == [.policy] else {
      return .object(kinds: kinds, name: name, relation: nil)
    }
    guard reader.take("on"), let relation = reader.name() else {
      throw Refusal(reason: "\(name) does not say ON what")
    }
    return .object(kinds: kinds, name: name, relation: relation)
  }

  /// `schema.view.column` or `view.column`
  private static func column(_ reader: inout TokenReader) throws(Refusal) -> Target {
    guard let first = reader.name(), let owner = first.schema else {
      throw Refusal(reason: "the column has no view")
    }
    let isQualified = reader.take(sign: ".")
    return .object(
      kinds: relations, name: isQualified ? first : ObjectName(name: owner), relation: nil)
  }

  private static func granted(_ reader: inout TokenReader) throws(Refusal) -> [Target] {
    if reader.word() == "all" {
      throw Refusal(reason: "grant on the objects of this file by name, not on ALL of a schema")
    }
    let kinds: Set<CodeObjectKind>
    if reader.take("function") || reader.take("procedure") || reader.take("routine") {
      kinds = routines
    } else {
      _ = reader.take("table")
      kinds = relations
    }
    var targets: [Target] = []
    repeat {
      guard let name = reader.name() else { throw Refusal(reason: "a name is missing") }
      _ = reader.list()
      targets.append(.object(kinds: kinds, name: name, relation: nil))
    } while reader.take(sign: ",")
    guard ["to", "from"].contains(reader.word()) else {
      throw Refusal(reason: "this is about something that is no code object")
    }
    return targets
  }

  private static func altered(_ reader: inout TokenReader) throws(Refusal) -> Target {
    if reader.take("table") { return try alteredTable(&reader) }
    var whole = reader
    while !whole.isAtEnd {
      if whole.take("rename") || whole.take("set", "schema") {
        throw Refusal(reason: "a file says what its objects are called; rename the definition itself")
      }
      whole.skip()
    }
    let target = try single(&reader)
    if case .object([.policy], _, _) = target {
      throw Refusal(reason: "change the definition of the policy itself")
    }
    return target
  }

  /// What concerns the policies and triggers of a table: row level security, and which triggers fire.
  private static func alteredTable(_ reader: inout TokenReader) throws(Refusal) -> Target {
    _ = reader.take("only")
    guard let name = reader.name() else { throw Refusal(reason: "a name is missing") }
    repeat {
      guard takeSwitch(&reader) else {
        throw Refusal(reason: "of a table only its row level security and its triggers can be switched here")
      }
    } while reader.take(sign: ",")
    guard reader.isAtEnd else { throw Refusal(reason: "\(reader.piece().text) is not understood here") }
    return .tableOfParts(name)
  }

  private static func takeSwitch(_ reader: inout TokenReader) -> Bool {
    if reader.take("force") || reader.take("no", "force") { return reader.take("row", "level", "security") }
    guard reader.take("enable") || reader.take("disable") else { return false }
    if reader.take("row", "level", "security") { return true }
    _ = reader.take("always") || reader.take("replica")
    return reader.take("trigger") && reader.identifier() != nil
  }
}
