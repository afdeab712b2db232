/// The number a migration's file name begins with. `1`, `01` and `0001` are the same version.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The digits without leading zeros; `0` alone for zero.
  public let digits: String
  /// The digits as they were written.
  public let description: String

  /// Nil unless the text is one digit or more and nothing else. Any length will do: time stamps are versions too.
  public init?(_ text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    let significant = text.drop { $0 == "0" }
    digits = significant.isEmpty ? "0" : String(significant)
    description = String(text)
  }

  private init(digits: String, description: String) {
    self.digits = digits
    self.description = description
  }

  static let zero = Version(digits: "0", description: "0")

  public static func == (left: Version, right: Version) -> Bool { left.digits == right.digits }

  public func hash(into hasher: inout Hasher) { hasher.combine(digits) }

  public static func < (left: Version, right: Version) -> Bool {
    left.digits.utf8.count == right.digits.utf8.count
      ? left.digits < right.digits : left.digits.utf8.count < right.digits.utf8.count
  }
}
