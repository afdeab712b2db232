import PostgresClient

/// What another tool's table says was done to a database.
public struct ForeignHistory: Sendable {
  public let tool: Tool
  /// As SQL names it.
  public let table: String
  /// In the order they were applied, as far as the table tells.
  public let records: [ForeignRecord]
  /// Every file up to this version counts as applied, whether a record names it or not.
  public let everythingUpTo: Version?

  init(tool: Tool, table: String, records: [ForeignRecord], everythingUpTo: Version? = nil) {
    self.tool = tool
    self.table = table
    self.records = records
    self.everythingUpTo = everythingUpTo
  }
}

/// One migration that another tool's table names.
public struct ForeignRecord: Sendable {
  /// How the record says which file it means.
  enum Key: Sendable, Hashable {
    case version(Version)
    /// A change of this name: the first of them, the second, …
    case change(String, project: String, occurrence: Int)
    /// A revision and everything that it comes after.
    case revision(String)
  }

  let key: Key
  /// What the tool calls it.
  public let label: String
  public var appliedAt: Timestamp?
  public var appliedBy: String?
  public var milliseconds: Double?
  /// Why the tool itself does not take it for done; nil when it does.
  public var failure: String?
  /// What the tool kept of the text that it ran.
  var fingerprint: ForeignFingerprint?

  init(_ key: Key, label: String) {
    self.key = key
    self.label = label
  }

  func with(_ change: (inout ForeignRecord) throws -> Void) rethrows -> ForeignRecord {
    var copy = self
    try change(&copy)
    return copy
  }
}
