/// A position in the write-ahead log: a byte offset, written as two hexadecimal halves (`16/B374D848`).
public struct LSN: Sendable, Hashable, Comparable, RawRepresentable {
  public let rawValue: UInt64

  /// The position that PostgreSQL takes for "none" or "from where the slot stands".
  public static let zero = LSN(rawValue: 0)

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  public static func < (left: LSN, right: LSN) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension LSN: LosslessStringConvertible {
  /// Takes what `pg_lsn` takes: one to eight hexadecimal digits on either side of the slash.
  public init?(_ text: String) {
    let halves = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard halves.count == 2, let high = Self.half(halves[0]), let low = Self.half(halves[1]) else {
      return nil
    }
    self.init(rawValue: UInt64(high) << 32 | UInt64(low))
  }

  public var description: String {
    let high = String(rawValue >> 32, radix: 16, uppercase: true)
    let low = String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
    return "\(high)/\(low)"
  }

  private static func half(_ digits: Substring.UTF8View.SubSequence) -> UInt32? {
    // UInt32(_:radix:) would also take a sign.
    guard (1...8).contains(digits.count), digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
    else { return nil }
    return UInt32(Substring(digits), radix: 16)
  }
}
