/// What orders migrations: numbers with dots between them (`1`, `20260101000000`, `1.2.3`), and behind all of these, by
/// name, what is repeatable.
///
/// `1`, `01`, `0001` and `1.0` are the same version.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The numbers without leading zeros, and without zeros behind the last dots; `0` alone for zero. `R__` and the name
  /// for what is repeatable. This is what the history keeps.
  public let digits: String
  /// As it was written.
  public let description: String
  /// Whether it is a name: run again, behind everything that has a number, whenever its text changes.
  public let isRepeatable: Bool

  /// Nil unless the text is numbers with single dots between them. Any length will do: time stamps are versions too.
  public init?(_ text: some StringProtocol) {
    if let digits = Self.significant(text.utf8) {
      self.digits = digits
      description = String(text)
      isRepeatable = false
      return
    }
    var numbers: [Substring] = []
    for part in Substring(text).split(separator: ".", omittingEmptySubsequences: false) {
      guard !part.isEmpty, part.utf8.allSatisfy(ASCIIText.isDigit) else { return nil }
      let significant = part.drop { $0 == "0" }
      numbers.append(significant.isEmpty ? "0" : significant)
    }
    while numbers.count > 1, numbers.last == "0" { numbers.removeLast() }
    digits = numbers.joined(separator: ".")
    description = String(text)
    isRepeatable = false
  }

  /// One number without its leading zeros, which is what most versions are; nil for everything else.
  private static func significant(_ text: some Collection<UInt8>) -> String? {
    guard !text.isEmpty, text.allSatisfy(ASCIIText.isDigit) else { return nil }
    let digits = text.drop { $0 == UInt8(ascii: "0") }
    return digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self)
  }

  /// Of what is repeatable under this name.
  public init(repeatable name: String) {
    digits = Self.repeatablePrefix + name
    description = digits
    isRepeatable = true
  }

  /// As the history keeps it: a number or what is repeatable.
  init?(stored text: String) {
    if text.hasPrefix(Self.repeatablePrefix) {
      self.init(repeatable: String(text.dropFirst(Self.repeatablePrefix.count)))
    } else {
      self.init(text)
    }
  }

  private static let repeatablePrefix = "R__"

  static let zero = Version(0)

  init(_ number: Int) { self.init(name: String(number)) }

  /// Of what has no number; it stands in no order.
  init(name: String) {
    digits = name
    description = name
    isRepeatable = false
  }

  public static func == (left: Version, right: Version) -> Bool { left.digits == right.digits }

  public func hash(into hasher: inout Hasher) { hasher.combine(digits) }

  public static func < (left: Version, right: Version) -> Bool {
    if left.isRepeatable || right.isRepeatable {
      return left.isRepeatable && right.isRepeatable ? left.digits < right.digits : right.isRepeatable
    }
    if !left.hasDots, !right.hasDots { return isLess(left.digits, right.digits) }
    var rest = right.numbers[...]
    for number in left.numbers {
      guard let other = rest.popFirst() else { return false }
      if number != other { return isLess(number, other) }
    }
    return !rest.isEmpty
  }

  private static func isLess<Digits: StringProtocol>(_ left: Digits, _ right: Digits) -> Bool {
    left.utf8.count == right.utf8.count ? left < right : left.utf8.count < right.utf8.count
  }

  private var hasDots: Bool { digits.utf8.contains(UInt8(ascii: ".")) }

  private var numbers: [Substring] { digits.split(separator: ".") }
}

enum ASCIIText {
  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// Of general category Cc, which has no other members.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  /// Byte for byte, for names of which there may be thousands: `hasSuffix` compares characters.
  static func ends(_ text: some StringProtocol, in suffix: String) -> Bool {
    text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
