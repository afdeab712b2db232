/// A message with the padding that the SHA family puts behind it.
struct PaddedMessage {
  private let bytes: [UInt8]
  private let blockSize: Int

  /// `blockSize` is in bytes; an eighth of it is what the length takes.
  init(_ message: [UInt8], blockSize: Int) {
    let lengthSize = blockSize / 8
    let zeros = (2 * blockSize - lengthSize - 1 - message.count % blockSize) % blockSize
    let bits = UInt64(message.count) * 8
    let length = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
    bytes = message + [0x80] + [UInt8](repeating: 0, count: zeros + lengthSize - 8) + length
    self.blockSize = blockSize
  }

  var blocks: [ArraySlice<UInt8>] {
    stride(from: 0, to: bytes.count, by: blockSize).map { bytes[$0..<($0 + blockSize)] }
  }
}

enum BigEndian {
  /// The words that the bytes are, most significant byte first.
  static func words<Word: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> [Word] {
    let size = Word.bitWidth / 8
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
      bytes[start..<(start + size)].reduce(0) { $0 << 8 | Word($1) }
    }
  }
}

enum Hexadecimal {
  static func text<Word: FixedWidthInteger>(_ words: [Word]) -> String {
    words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: Word.bitWidth / 4 - digits.count) + digits
    }.joined()
  }
}
