import Digest
import SQLText

/// What a tool keeps of the text of a migration, by which an edit shows.
enum ForeignFingerprint: Sendable, Hashable {
  /// Flyway's: over the lines of the file without their ends, as a signed number.
  case crc32(Int32)
  /// Of the bytes, in hexadecimal.
  case sha1(String)
  case sha384(String)
  /// The statements themselves.
  case statements([String])

  /// Whether this is the file that was run.
  func matches(_ file: MigrationFile) -> Bool {
    switch self {
    case .crc32(let value): Self.lineCRC(file.bytes) == value || Self.filledCRC(file) == value
    case .sha1(let digest): Self.anyLineEnds(of: file.bytes) { SHA1.hexDigest($0) == digest }
    case .sha384(let digest): Self.anyLineEnds(of: file.bytes) { SHA384.hexDigest($0) == digest }
    case .statements(let statements):
      Self.tokens(statements.joined(separator: "\n;\n"))
        == Self.tokens(String(decoding: file.bytes, as: UTF8.self))
    }
  }

  /// The same on a checkout with other line ends.
  private static func anyLineEnds(of bytes: [UInt8], _ matches: ([UInt8]) -> Bool) -> Bool {
    if matches(bytes) { return true }
    let text = String(decoding: bytes, as: UTF8.self)
    return matches(Array(text.replacing("\r\n", with: "\n").utf8))
      || matches(Array(text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8))
  }

  private static func lineCRC(_ bytes: [UInt8]) -> Int32 {
    var crc = CRC32()
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    crc.add(
      bytes.dropFirst(isMarked ? 3 : 0).lazy.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    return Int32(bitPattern: crc.value)
  }

  /// What is repeatable is checked with its placeholders replaced. One that names the user or the hour is not known again, and
  /// runs again, as it would for Flyway at another hour.
  private static func filledCRC(_ file: MigrationFile) -> Int32? {
    guard file.version.isRepeatable, let placeholders = file.up.conduct.placeholders,
      let source = try? SQLSource(name: file.path, bytes: file.bytes),
      let filled = try? placeholders.filled(source, ScriptSession())
    else { return nil }
    return lineCRC(filled.bytes)
  }

  /// What is said, without blanks, comments and semicolons; nil for what is no SQL.
  private static func tokens(_ text: String) -> [String]? {
    guard let source = try? SQLSource(name: "", text: text) else { return nil }
    var lexer = Lexer(source)
    var tokens: [String] = []
    do {
      while let token = try lexer.next() {
        if !token.isBlank, token.kind != .semicolon { tokens.append(source.text(token.range)) }
      }
    } catch {
      return nil
    }
    return tokens
  }
}
