/// SQL text with a name, known to be UTF-8 without NUL, that can say where each byte stands: in the file it is, or, once
/// files are included and variables have their values, in the file and at the place that the byte came from.
public struct SQLSource: Sendable {
  /// What a person would call the text, usually the path of its file.
  public let name: String
  /// The text as it was read, a byte-order mark included.
  public let bytes: [UInt8]
  /// Where the text proper begins: 3 after a byte-order mark, otherwise 0.
  public let start: Int
  /// Empty where there is a provenance.
  private let lineStarts: [Int]
  /// Where each byte came from, when this is not the text of one file.
  let provenance: Provenance?
  /// Which line of which file included this one.
  private let inclusion: String?

  /// Throws `SQLTextError` with the position of the first byte that is not UTF-8, or is NUL.
  public init(name: String, bytes: [UInt8]) throws(SQLTextError) {
    try self.init(name: name, bytes: bytes, includedBy: nil)
  }

  init(name: String, bytes: [UInt8], includedBy inclusion: SourcePlace?) throws(SQLTextError) {
    self.name = name
    self.bytes = bytes
    self.provenance = nil
    self.inclusion = inclusion.map { "included by \($0)" }
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

  /// A text that was put together from what is known to be SQL text.
  init(name: String, bytes: [UInt8], start: Int, provenance: Provenance) {
    self.name = name
    self.bytes = bytes
    self.start = start
    self.lineStarts = []
    self.inclusion = nil
    self.provenance = provenance
  }

  /// The text with other bytes in some places, in order, each of which is known by what stood there: UTF-8 without NUL.
  public func replacing(_ places: [(range: Range<Int>, value: [UInt8])]) -> SQLSource {
    guard !places.isEmpty else { return self }
    var (bytes, provenance) = (self.bytes, Provenance(of: self))
    for (range, value) in places.reversed() {
      bytes.replaceSubrange(range, with: value)
      provenance.replace(range, count: value.count)
    }
    return SQLSource(name: name, bytes: bytes, start: start, provenance: provenance)
  }

  public func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The bytes of a range as they were written, with variables by name.
  public func written(_ range: Range<Int>) -> [UInt8] {
    provenance?.written(range, of: bytes) ?? Array(bytes[range])
  }

  /// The line and column of a byte, in the file that it came from: `place(at:)` says which that is.
  public func position(at offset: Int) -> SourcePosition {
    if let origin = provenance?.origin(of: offset) { return origin.file.position(at: origin.offset) }
    let offset = min(max(offset, start), bytes.count)
    let line = lineIndex(of: offset)
    let column = UTF8Bytes.scalarCount(bytes[lineStarts[line]..<offset])
    return SourcePosition(offset: offset, line: line + 1, column: column + 1)
  }

  /// The file, line and column of a byte, and how the line looks.
  /// A line longer than `window` characters is shown around the place.
  public func place(at offset: Int, window: Int = 100) -> SourcePlace {
    if let origin = provenance?.origin(of: offset) {
      return origin.file.place(at: origin.offset, window: window)
    }
    let position = position(at: offset)
    let excerpt = [excerpt(at: position, window: window), inclusion].compactMap(\.self).joined(
      separator: "\n")
    return SourcePlace(source: name, position: position, excerpt: excerpt)
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

  /// Where the line's text begins that is `lines` below the line of `offset`, behind its indentation: how a line of
  /// COPY data or of a function's body, as the server counts, becomes a place in the file.
  public func offset(_ offset: Int, advancedByLines lines: Int) -> Int {
    var first = offset
    for _ in 0..<max(lines, 0) {
      guard let end = bytes[first...].firstIndex(where: ASCII.isLineEnd) else { break }
      first = afterLineEnd(end)
    }
    return bytes[first...].firstIndex { !ASCII.isSpace($0) || ASCII.isLineEnd($0) } ?? first
  }

  private func afterLineEnd(_ offset: Int) -> Int {
    let isPair =
      bytes[offset] == ASCII.carriageReturn && offset + 1 < bytes.count
      && bytes[offset + 1] == ASCII.lineFeed
    return offset + (isPair ? 2 : 1)
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
    SQLTextError(fault, at: place(at: offset))
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
