extension Splitter {
  /// The lines behind the one that a COPY statement ends on, up to `\.` on its own, or to the end of the file as psql
  /// has it. What stands behind the statement on its own line comes after them.
  mutating func inlineData() throws(SQLTextError) -> Range<Int> {
    let rest = lexer.placeBehindBlanks()
    if let value = psql.openValue(at: rest) {
      throw lexer.text.error(.command(.dataBehindValue(of: value)), at: rest)
    }
    guard rest < lexer.text.end else { return rest..<rest }
    if lexer.text.bytes[rest] == ASCII.lineFeed { return copyData(from: rest + 1) }
    let line = lexer.holdBack(from: rest)
    let data = copyData(from: rest)
    lexer.giveBack(line)
    return data
  }

  private mutating func copyData(from first: Int) -> Range<Int> {
    var line = first
    lexer.move(to: line)
    while lexer.hasMore() {
      let end = lexer.text.bytes[line...].firstIndex(of: ASCII.lineFeed) ?? lexer.text.bytes.count
      let next = min(end + 1, lexer.text.bytes.count)
      lexer.move(to: next)
      if Self.endsData(lexer.text.bytes[line..<end]) { return first..<line }
      line = next
    }
    return first..<line
  }

  private static func endsData(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.last == ASCII.carriageReturn ? line.dropLast() : line
    return text.elementsEqual([ASCII.backslash, ASCII.dot])
  }
}
