/// One way in which a database is not as it should be.
public struct Difference: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// The object should be there and is not.
    case missing
    /// The object is there and should not be.
    case extra
    /// The object is there and is not as it should be.
    case changed
  }

  public let kind: Kind
  public let identity: ObjectIdentity
  /// What of the object differs, such as `owner`; empty where it is all of it.
  public let facet: String
  /// One line for people: what, where, how.
  public let line: String
  /// The statements that would undo it, in order; empty where SQL has none.
  public let undo: [String]
}

extension Catalog {
  /// What is other in `actual` than in `expected`. The order is one in which the undoing statements can be run.
  ///
  /// Partitions that come and go at run time are no differences as long as they look like others of their table.
  public static func difference(expected: Catalog, actual: Catalog) -> [Difference] {
    Comparison(expected: expected, actual: actual).differences()
  }
}
