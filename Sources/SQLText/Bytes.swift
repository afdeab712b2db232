/// The bytes that SQL's lexical structure is made of.
enum ASCII {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let quote = UInt8(ascii: "'")
  static let doubleQuote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let dollar = UInt8(ascii: "$")
  static let dash = UInt8(ascii: "-")
  static let slash = UInt8(ascii: "/")
  static let star = UInt8(ascii: "*")
  static let dot = UInt8(ascii: ".")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")

  static func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// A byte that an identifier can begin with; everything above ASCII counts as a letter.
  static func isWordStart(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower) && byte < 0x80
      || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  static func isTagPart(_ byte: UInt8) -> Bool { isWordStart(byte) || isDigit(byte) }

  static func isWordPart(_ byte: UInt8) -> Bool { isTagPart(byte) || byte == dollar }
}

/// What is asked of UTF-8 here: where it is broken, and how many scalars a stretch of it holds.
enum UTF8Bytes {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  static func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(into: 0) { count, byte in if !isContinuation(byte) { count += 1 } }
  }

  static func utf16Mark(in bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
  }

  /// The offset of the first byte that begins no well-formed sequence, or is NUL.
  static func firstFault(in bytes: [UInt8]) -> Int? {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0 { return index }
      guard byte >= 0x80 else {
        index += 1
        continue
      }
      guard let second = secondByteRange(after: byte) else { return index }
      let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      guard index + length <= bytes.count, second.contains(bytes[index + 1]),
        bytes[(index + 2)..<(index + length)].allSatisfy(isContinuation)
      else { return index }
      index += length
    }
    return nil
  }

  /// Unicode, table 3-7: the second byte is what rules out overlong forms, surrogates and values past U+10FFFF.
  private static func secondByteRange(after lead: UInt8) -> ClosedRange<UInt8>? {
    switch lead {
    case 0xC2...0xDF, 0xE1...0xEC, 0xEE...0xEF, 0xF1...0xF3: 0x80...0xBF
    case 0xE0: 0xA0...0xBF
    case 0xED: 0x80...0x9F
    case 0xF0: 0x90...0xBF
    case 0xF4: 0x80...0x8F
    default: nil
    }
  }
}
