/// A table as the publication shows it: a column list leaves columns out, and generated columns are absent.
public struct Relation: Sendable, Hashable {
  public struct Column: Sendable, Hashable {
    public var name: String
    /// The type's OID (`pg_type.oid`).
    public var type: UInt32
    /// The type's modifier, −1 where it has none.
    public var modifier: Int32
    /// Whether it belongs to the replica identity.
    public var isKey: Bool

    public init(name: String, type: UInt32, modifier: Int32 = -1, isKey: Bool = false) {
      self.name = name
      self.type = type
      self.modifier = modifier
      self.isKey = isKey
    }
  }

  /// Which columns of a replaced row the server logs (`pg_class.relreplident`).
  public enum ReplicaIdentity: UInt8, Sendable, Hashable {
    case primaryKey = 0x64  // d
    case nothing = 0x6E  // n
    case full = 0x66  // f
    case index = 0x69  // i
  }

  /// The OID of the table (`pg_class.oid`).
  public var id: UInt32
  public var schema: String
  public var name: String
  public var replicaIdentity: ReplicaIdentity
  public var columns: [Column]

  public init(
    id: UInt32, schema: String, name: String, replicaIdentity: ReplicaIdentity, columns: [Column]
  ) {
    self.id = id
    self.schema = schema
    self.name = name
    self.replicaIdentity = replicaIdentity
    self.columns = columns
  }

  public func index(ofColumn name: String) -> Int? {
    columns.firstIndex { $0.name == name }
  }
}

extension Relation: CustomStringConvertible {
  /// `schema.table`, for people; not quoted.
  public var description: String { "\(schema).\(name)" }
}

extension ByteCursor {
  mutating func relation() throws(MalformedMessage) -> Relation {
    let id: UInt32 = try integer()
    let schema = try string()
    let name = try string()
    let identityOffset = offset
    let identityByte = try byte()
    guard let identity = Relation.ReplicaIdentity(rawValue: identityByte) else {
      throw fault(.unknownValue(identityByte), at: identityOffset)
    }
    // A column takes at least its flag, the end of its name, type and modifier.
    let count = try count(Int16.self, ofSize: 10)
    var columns: [Relation.Column] = []
    columns.reserveCapacity(count)
    for _ in 0..<count { columns.append(try column()) }
    // The protocol writes pg_catalog as the empty name.
    let qualifier = schema.isEmpty ? "pg_catalog" : schema
    return Relation(id: id, schema: qualifier, name: name, replicaIdentity: identity, columns: columns)
  }

  private mutating func column() throws(MalformedMessage) -> Relation.Column {
    let flags = try byte()
    let name = try string()
    return Relation.Column(
      name: name, type: try integer(), modifier: try integer(), isKey: flags & 1 != 0)
  }
}
