/// SQL text with a name, known to be UTF-8 without NUL, that can say where each byte stands.
public struct SQLSource: Sendable {
  /// What a person would call the text, usually the path of its file.
  public let name: String
  /// The text as it was read, a byte-order mark included.
  public let bytes: [UInt8]
  /// Where the text proper begins: 3 after a byte-order mark, otherwise 0.
  public let start: Int
  private let lineStarts: [Int]

  /// Throws `SQLTextError` with the position of the first byte that is not UTF-8, or is NUL.
  public init(name: String, bytes: [UInt8]) throws(SQLTextError) {
    self.name = name
    self.bytes = bytes
    self.start = bytes.starts(with: UTF8Bytes.byteOrderMark) ? UTF8Bytes.byteOrderMark.count : 0
    self.lineStarts = Self.lineStarts(of: bytes, from: start)
    if let offset = UTF8Bytes.firstFault(in: bytes) {
      throw error(bytes[offset] == 0 ? .nulByte : .invalidUTF8(UTF8Bytes.utf16Mark(in: bytes)), at: offset)
    }
  }

  /// Throws `SQLTextError` when the text holds a NUL character.
  public init(name: String, text: String) throws(SQLTextError) {
    try self.init(name: name, bytes: Array(text.utf8))
  }

  public func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  public func position(at offset: Int) -> SourcePosition {
    let offset = min(max(offset, start), bytes.count)
    let line = lineIndex(of: offset)
    let column = UTF8Bytes.scalarCount(bytes[lineStarts[line]..<offset])
    return SourcePosition(offset: offset, line: line + 1, column: column + 1)
  }

  /// The byte offset of the character that stands `characters` after `offset`: how a position in the text
  /// of one statement, as the server counts, becomes a place in the file.
  public func offset(_ offset: Int, advancedByCharacters characters: Int) -> Int {
    var place = offset
    var left = characters
    while left > 0, place < bytes.count {
      place += 1
      while place < bytes.count, UTF8Bytes.isContinuation(bytes[place]) { place += 1 }
      left -= 1
    }
    return place
  }

  /// Where the text of a line begins, counted from 1, behind its indentation.
  public func offset(ofLine number: Int) -> Int {
    let first = lineStarts[min(max(number, 1), lineStarts.count) - 1]
    let text = bytes[first...].prefix { !ASCII.isLineEnd($0) }
    return text.firstIndex { !ASCII.isSpace($0) } ?? first
  }

  /// The text of a line, counted from 1, without its line ending; empty past the end.
  public func line(_ number: Int) -> String {
    guard lineStarts.indices.contains(number - 1) else { return "" }
    let first = lineStarts[number - 1]
    var last = number < lineStarts.count ? lineStarts[number] : bytes.count
    while last > first, ASCII.isLineEnd(bytes[last - 1]) { last -= 1 }
    return String(decoding: bytes[first..<last], as: UTF8.self)
  }

  /// The fault as an error that knows this text's name, the position, and the line it is on.
  public func error(_ fault: SQLTextError.Fault, at offset: Int) -> SQLTextError {
    let position = position(at: offset)
    return SQLTextError(source: name, position: position, fault: fault, excerpt: excerpt(at: position))
  }

  private func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private static func lineStarts(of bytes: [UInt8], from start: Int) -> [Int] {
    var starts = [start]
    for index in start..<bytes.count where ASCII.isLineEnd(bytes[index]) {
      let isFirstHalf =
        bytes[index] == ASCII.carriageReturn && index + 1 < bytes.count
        && bytes[index + 1] == ASCII.lineFeed
      if !isFirstHalf { starts.append(index + 1) }
    }
    return starts
  }
}
