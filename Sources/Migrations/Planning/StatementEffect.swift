public import SQLText

/// A statement of a migration as it ran on the scratch copy.
public struct RehearsedStatement: Sendable {
  /// What has to be known of it beside what it did.
  public enum Remark: Sendable, Hashable {
    /// What it does, how long it takes and whether it succeeds depends on rows, and the copy has none.
    case dataMissing
    /// It was left out, because it reaches beyond the database; why, for a person.
    case notRun(String)
    /// It ran outside a transaction and changed what the databases of the scratch server share; what, for a person.
    case notUndone(String)
    /// It ran outside a transaction: its locks were not seen, they are what the server is known to take.
    case locksInferred
  }

  /// The migration that it is part of.
  public let path: String
  /// Counted from 1; 0 for one that no file has: code objects are dropped, and given back what they had, on behalf of others.
  public let number: Int
  /// Where it stands, in the migration or a file that this includes.
  public let place: SourcePlace
  /// As it is written, variables by name.
  public let sql: String
  /// What its file asks for it alone.
  public let directives: [String]
  /// On the copy, which has no rows: less than it will take.
  public let took: Duration
  /// The strongest lock first.
  public internal(set) var effects: [RelationEffect]
  public let remarks: [Remark]
}

/// What a statement did to one relation.
public struct RelationEffect: Sendable, Hashable {
  public enum Change: String, Sendable, Hashable {
    case dropped
    /// All rows are written anew, into new files.
    case rewritten
    /// TRUNCATE: its files are replaced by empty ones.
    case emptied
    /// All rows are read, to check a constraint or to build an index.
    case scanned
    case vacuumed
    /// It was a partition and is none now.
    case detached
  }

  /// As it is called behind the statement.
  public let name: RelationName
  public let kind: RelationKind
  /// As the target calls it; nil where the pending files make it.
  public let nameOnTarget: RelationName?
  /// The table of an index.
  public let table: RelationName?
  /// The topmost partitioned table or index that it is, or was, part of.
  public let partitionOf: RelationName?
  /// The lock that the statement took, where its transaction had no such strong one before.
  public let lock: LockMode?
  /// The strongest lock that the transaction holds behind the statement.
  public let heldLock: LockMode?
  public let change: Change?
  /// Names without schema.
  public let indexesBuilt: [String]
  public let indexesRebuilt: [String]
  public let indexesDropped: [String]
  /// On the target.
  public internal(set) var size: RelationSize?

  /// Whether the target has it not, so that nobody uses it yet.
  public var isNew: Bool { nameOnTarget == nil }

  /// Whether it reads or writes all rows.
  public var isExpensive: Bool {
    change == .rewritten || change == .scanned || !indexesBuilt.isEmpty || !indexesRebuilt.isEmpty
  }
}

/// How big a relation is on the target.
public struct RelationSize: Sendable, Hashable {
  /// With indexes, TOAST and partitions.
  public let bytes: Int
  /// As the planner estimates; nil where the table was never analysed.
  public let rows: Double?

  package init(bytes: Int, rows: Double?) {
    self.bytes = bytes
    self.rows = rows
  }
}
