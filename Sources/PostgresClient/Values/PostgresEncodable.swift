public import FoundationEssentials

/// A value that can be a parameter of a statement, sent as text.
public protocol PostgresEncodable: Sendable {
  /// The OID of its type, 0 to let the server infer it from the statement.
  static var postgresType: UInt32 { get }
  /// The value as PostgreSQL's input function of the type reads it; nil is NULL.
  var postgresText: String? { get }
}

extension PostgresEncodable {
  public static var postgresType: UInt32 { 0 }
}

extension Bool: PostgresEncodable {
  public var postgresText: String? { self ? "t" : "f" }
}

extension Int16: PostgresEncodable {
  public var postgresText: String? { String(self) }
}

extension Int32: PostgresEncodable {
  public var postgresText: String? { String(self) }
}

extension Int64: PostgresEncodable {
  public var postgresText: String? { String(self) }
}

extension Int: PostgresEncodable {
  public var postgresText: String? { String(self) }
}

extension UInt32: PostgresEncodable {
  public var postgresText: String? { String(self) }
}

extension Float: PostgresEncodable {
  public var postgresText: String? { Double(self).spelledForPostgres(shortest: description) }
}

extension Double: PostgresEncodable {
  public var postgresText: String? { spelledForPostgres(shortest: description) }

  fileprivate func spelledForPostgres(shortest: String) -> String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
    return shortest
  }
}

extension String: PostgresEncodable {
  public var postgresText: String? { self }
}

extension UUID: PostgresEncodable {
  public var postgresText: String? { uuidString }
}

extension [UInt8] {
  /// As `bytea`, in hexadecimal.
  var byteaText: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 2 + count * 2) { buffer in
      buffer[0] = UInt8(ascii: "\\")
      buffer[1] = UInt8(ascii: "x")
      for (index, byte) in enumerated() {
        buffer[2 + index * 2] = digits[Int(byte >> 4)]
        buffer[3 + index * 2] = digits[Int(byte & 15)]
      }
      return 2 + count * 2
    }
  }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  public static var postgresType: UInt32 { Wrapped.postgresType }
  public var postgresText: String? { self?.postgresText }
}

/// An array of a type, `{…}`; an array of bytes is a `bytea`.
extension Array: PostgresEncodable where Element: PostgresArrayElement {
  public var postgresText: String? { Element.postgresText(of: self) }
}

/// What an array may be made of. Bytes differ from the others: together they are one value.
public protocol PostgresArrayElement: Sendable {
  static func postgresText(of elements: [Self]) -> String
  static func elements(postgresText: String) -> [Self]?
}

extension PostgresArrayElement where Self: PostgresEncodable {
  public static func postgresText(of elements: [Self]) -> String {
    ArrayText.write(elements.map(\.postgresText))
  }
}

extension UInt8: PostgresArrayElement {
  public static func postgresText(of elements: [UInt8]) -> String { elements.byteaText }
  public static func elements(postgresText: String) -> [UInt8]? { ByteaText.read(postgresText) }
}

extension Bool: PostgresArrayElement {}
extension Int16: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Float: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension String: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension Timestamp: PostgresArrayElement {}
extension Optional: PostgresArrayElement where Wrapped: PostgresEncodable & PostgresDecodable {}
