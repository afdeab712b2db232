/// SQL with its values written into it as literals, so that the very text that ran can be shown in a psql script.
///
///     "select * from rooms where id = \(room) and name = \(name)"
///     "select count(*) from \(name: relation)"
///
/// Values are quoted; they come from the check itself, never from a client.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
  public let text: String

  public init(stringLiteral value: String) { text = value }
  public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
  /// Text that is already SQL.
  public init(raw: String) { text = raw }

  public var description: String { text }

  public static func + (left: SQL, right: SQL) -> SQL { SQL(raw: left.text + right.text) }

  public struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    public mutating func appendLiteral(_ literal: String) { text += literal }
    public mutating func appendInterpolation(_ value: String?) { text += SQL.literal(value) }
    public mutating func appendInterpolation(_ value: some BinaryInteger) { text += "\(value)" }
    public mutating func appendInterpolation(_ value: Bool) { text += value ? "true" : "false" }
    /// The other statement's text, as it is.
    public mutating func appendInterpolation(_ sql: SQL) { text += sql.text }
    /// Text that is already SQL.
    public mutating func appendInterpolation(raw: String) { text += raw }
    /// An identifier, quoted.
    public mutating func appendInterpolation(name: String) { text += SQL.identifier(name) }
  }

  /// `'it''s'`, or `null`. Safe with and without standard_conforming_strings.
  public static func literal(_ value: String?) -> String {
    guard let value else { return "null" }
    let quoted = value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    guard quoted.contains("\\") else { return "'\(quoted)'" }
    return "E'" + quoted.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
      + "'"
  }

  /// `"odd name"`, always quoted.
  public static func identifier(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
