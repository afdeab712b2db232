/// A relation as one look into pg_class and the counters of this session finds it.
struct RelationState: Hashable {
  let name: RelationName
  let kind: RelationKind
  /// The file that holds it; changes when it is written anew. Zero for what has none.
  let file: Int
  /// The table of an index, or of a TOAST table.
  let owner: OID?
  /// The partitioned relation that this is a partition of.
  let parent: OID?
  /// How many sequential scans this session began; counts on empty tables too.
  let scans: Int
  /// How often it was vacuumed by command.
  let vacuums: Int
}

/// The object id of a relation.
typealias OID = Int

/// A relation's schema and name, not quoted.
public struct RelationName: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let schema: String
  public let name: String

  package init(_ schema: String, _ name: String) {
    self.schema = schema
    self.name = name
  }

  /// `app.orders`, for a person: nothing is quoted.
  public var description: String { "\(schema).\(name)" }

  public static func < (left: RelationName, right: RelationName) -> Bool {
    (left.schema, left.name) < (right.schema, right.name)
  }
}

/// What pg_class calls relkind.
public enum RelationKind: String, Sendable, Hashable {
  case table = "r"
  case partitionedTable = "p"
  case index = "i"
  case partitionedIndex = "I"
  case toast = "t"
  case view = "v"
  case materializedView = "m"
  case sequence = "S"
  case foreignTable = "f"

  public var isIndex: Bool { self == .index || self == .partitionedIndex }

  /// One or two words for a person.
  public var noun: String {
    switch self {
    case .table: "table"
    case .partitionedTable: "partitioned table"
    case .index: "index"
    case .partitionedIndex: "partitioned index"
    case .toast: "TOAST table"
    case .view: "view"
    case .materializedView: "materialized view"
    case .sequence: "sequence"
    case .foreignTable: "foreign table"
    }
  }
}
