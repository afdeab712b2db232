extension DirectiveComment {
  private static let marker = Array("muster:".utf8)

  /// Nil when the comment is an ordinary one. Throws when it is marked as a directive and names none.
  init?(
    _ comment: Token, in text: WorkingText, statementsBefore: Int, isInsideStatement: Bool
  ) throws(SQLTextError) {
    let end = comment.range.upperBound
    let first = Self.skipSpace(text.bytes, from: comment.range.lowerBound + 2, to: end)
    guard text.bytes[first..<end].starts(with: Self.marker) else { return nil }
    let name = Self.skipSpace(text.bytes, from: first + Self.marker.count, to: end)
    let nameEnd = text.bytes[name..<end].firstIndex(where: ASCII.isSpace) ?? end
    guard name < nameEnd else { throw text.error(.directiveWithoutName, at: first) }
    let argument = Self.skipSpace(text.bytes, from: nameEnd, to: end)
    let argumentEnd = (text.bytes[argument..<end].lastIndex { !ASCII.isSpace($0) } ?? argument - 1) + 1
    self.init(
      name: text.string(name..<nameEnd), argument: text.string(argument..<argumentEnd), nameOffset: name,
      argumentOffset: argument, statementsBefore: statementsBefore, isInsideStatement: isInsideStatement)
  }

  private static func skipSpace(_ bytes: [UInt8], from start: Int, to end: Int) -> Int {
    bytes[start..<end].firstIndex { !ASCII.isSpace($0) } ?? end
  }
}
