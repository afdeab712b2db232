import Digest

/// What a file's text comes to, in a way that tells an edit from a change of line endings.
public struct Checksum: Sendable, Hashable {
  /// How `value` was made. It is stored with each value, so that a later Muster may choose another way and still
  /// judge what an earlier one recorded.
  public let algorithm: String
  /// The digest of the normalised text, in hexadecimal.
  public let value: String
  /// The digest of the bytes as they are.
  public let raw: String

  public init(algorithm: String, value: String, raw: String) {
    self.algorithm = algorithm
    self.value = value
    self.raw = raw
  }

  /// The algorithm of new records: SHA-256 of the text without a byte-order mark, each line end a line feed, and
  /// without line ends at the end.
  public static let currentAlgorithm = "sha256-lf-1"

  public init(of bytes: [UInt8]) { self.init(of: bytes, raw: Self.raw(of: bytes)) }

  init(of bytes: [UInt8], raw: String) {
    let normalised = Self.normalised(bytes)
    algorithm = Self.currentAlgorithm
    value = normalised == bytes ? raw : SHA256.hexDigest(normalised)
    self.raw = raw
  }

  static func raw(of bytes: [UInt8]) -> String { SHA256.hexDigest(bytes) }

  /// Enough of the value for a person to compare.
  public var abbreviation: String { String(value.prefix(12)) }

  /// The text that the value is made of.
  static func normalised(_ bytes: [UInt8]) -> [UInt8] {
    let lineFeed = UInt8(ascii: "\n")
    let carriageReturn = UInt8(ascii: "\r")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var previous: UInt8 = 0
    for byte in bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...] {
      if byte == carriageReturn {
        result.append(lineFeed)
      } else if byte != lineFeed || previous != carriageReturn {
        result.append(byte)
      }
      previous = byte
    }
    while result.last == lineFeed { result.removeLast() }
    return result
  }
}
