public import FoundationEssentials

/// A value that can be read from the text in which PostgreSQL shows its type.
public protocol PostgresDecodable: Sendable {
  /// nil when the text does not show such a value.
  init?(postgresText: String)
  /// What NULL reads as; nil where NULL is no value.
  static var postgresNull: Self? { get }
}

extension PostgresDecodable {
  public static var postgresNull: Self? { nil }
}

extension Bool: PostgresDecodable {
  public init?(postgresText: String) {
    switch postgresText {
    case "t", "true": self = true
    case "f", "false": self = false
    default: return nil
    }
  }
}

extension PostgresDecodable where Self: FixedWidthInteger {
  public init?(postgresText: String) { self.init(postgresText) }
}

extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension Int: PostgresDecodable {}
extension UInt32: PostgresDecodable {}

extension Float: PostgresDecodable {
  public init?(postgresText: String) { self.init(postgresText) }
}

extension Double: PostgresDecodable {
  public init?(postgresText: String) { self.init(postgresText) }
}

extension String: PostgresDecodable {
  public init?(postgresText: String) { self = postgresText }
}

extension UUID: PostgresDecodable {
  public init?(postgresText: String) { self.init(uuidString: postgresText) }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  public init?(postgresText: String) {
    guard let value = Wrapped(postgresText: postgresText) else { return nil }
    self = value
  }

  public static var postgresNull: Self? { .some(nil) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
  public init?(postgresText: String) {
    guard let elements = Element.elements(postgresText: postgresText) else { return nil }
    self = elements
  }
}

extension PostgresArrayElement where Self: PostgresDecodable {
  public static func elements(postgresText: String) -> [Self]? {
    guard let texts = ArrayText.read(postgresText) else { return nil }
    var elements: [Self] = []
    elements.reserveCapacity(texts.count)
    for text in texts {
      guard let element = text.map({ Self(postgresText: $0) }) ?? postgresNull else { return nil }
      elements.append(element)
    }
    return elements
  }
}

/// `bytea` as PostgreSQL shows it: hexadecimal, or the older form with escapes.
enum ByteaText {
  static func read(_ text: String) -> [UInt8]? {
    let bytes = Array(text.utf8)
    return bytes.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")])
      ? readHexadecimal(bytes.dropFirst(2)) : readEscaped(bytes)
  }

  private static func readHexadecimal(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
      guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func readEscaped(_ text: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      if rest.first == UInt8(ascii: "\\") {
        bytes.append(rest.removeFirst())
      } else {
        guard rest.count >= 3, let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
        else { return nil }
        bytes.append(value)
        rest.removeFirst(3)
      }
    }
    return bytes
  }
}
