/// What kind of thing a file in `objects/` can define, in PostgreSQL's words.
public enum CodeObjectKind: String, Sendable, Hashable, Codable {
  case function, procedure, view
  case materializedView = "materialized view"
  /// Of a materialized view.
  case index
  case trigger, policy
  /// A call of `muster.schedule` or `cron.schedule`.
  case job

  var isRoutine: Bool { self == .function || self == .procedure }
  /// Whether it belongs to a table or a view, and goes with it.
  var isPartOfRelation: Bool { self == .trigger || self == .policy }
}

/// A code object by the name that its definition gives it.
public struct ObjectReference: Sendable, Hashable, CustomStringConvertible {
  public let kind: CodeObjectKind
  public let name: ObjectName
  /// The types of a routine's input arguments, without their modifiers.
  public let arguments: [String]
  /// What a trigger, a policy or an index belongs to.
  public let relation: ObjectName?

  init(_ kind: CodeObjectKind, _ name: ObjectName, arguments: [String] = [], relation: ObjectName? = nil) {
    self.kind = kind
    self.name = name
    self.arguments = arguments
    self.relation = relation
  }

  public var description: String {
    let arguments = kind.isRoutine ? "(\(arguments.joined(separator: ", ")))" : ""
    let relation = relation.map { " on \($0)" } ?? ""
    return "\(kind.rawValue) \(name)\(arguments)\(relation)"
  }
}
