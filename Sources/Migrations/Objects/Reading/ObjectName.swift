/// A name with or without its schema, as the catalog has it.
public struct ObjectName: Sendable, Hashable, CustomStringConvertible {
  public let schema: String?
  public let name: String

  public init(schema: String? = nil, name: String) {
    self.schema = schema
    self.name = name
  }

  /// As it can be written in a statement.
  var sql: String { parts.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ".") }

  public var description: String { parts.joined(separator: ".") }

  private var parts: [String] { (schema.map { [$0] } ?? []) + [name] }

  /// Whether both can be the same thing: one without a schema can be in any.
  func mayBe(_ other: ObjectName) -> Bool {
    name == other.name && (schema == other.schema || schema == nil || other.schema == nil)
  }
}
