extension Splitter {
  /// The lines behind a COPY statement up to `\.` on its own, or to the end of the file as psql has it.
  mutating func inlineData() throws(SQLTextError) -> Range<Int> {
    while let token = try lexer.next() {
      if token.kind == .whitespace, let end = lexer.text.bytes[token.range].firstIndex(of: ASCII.lineFeed),
        psql.openValue(at: end) == nil
      {
        return copyData(from: end + 1)
      }
      if !token.isBlank { throw lexer.text.error(.textAfterCopy, at: token.range.lowerBound) }
    }
    let end = lexer.text.bytes.count
    return end..<end
  }

  private mutating func copyData(from first: Int) -> Range<Int> {
    var line = first
    lexer.move(to: line)
    while lexer.hasMore() {
      let bytes = lexer.text.bytes
      let end = bytes[line...].firstIndex(of: ASCII.lineFeed) ?? bytes.count
      let next = min(end + 1, bytes.count)
      lexer.move(to: next)
      if Self.endsData(bytes[line..<end]) { return first..<line }
      line = next
    }
    return first..<line
  }

  private static func endsData(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.last == ASCII.carriageReturn ? line.dropLast() : line
    return text.elementsEqual([ASCII.backslash, ASCII.dot])
  }
}
