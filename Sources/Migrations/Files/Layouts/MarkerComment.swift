/// A line comment that stands on a line of its own: where other tools write what is what.
struct MarkerComment {
  /// The line, with its end.
  let range: Range<Int>
  /// The words behind the dashes.
  let words: [Substring]

  /// Those of a text that have this word behind the dashes, in order.
  static func all(in bytes: [UInt8], beginning keyword: String) -> [MarkerComment] {
    var found: [MarkerComment] = []
    let marker = Array(keyword.utf8)
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
      if let text = comment(bytes[start..<end]), text.starts(with: marker) {
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        if words.first == Substring(keyword) { found.append(MarkerComment(range: start..<end, words: words)) }
      }
      start = end
    }
    return found
  }

  /// What is behind the dashes and blanks; nil for a line that is no comment.
  private static func comment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let text = line.drop(while: isBlank)
    let dash = UInt8(ascii: "-")
    guard text.first == dash, text.dropFirst().first == dash else { return nil }
    return text.dropFirst(2).drop(while: isBlank)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
