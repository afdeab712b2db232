/// A stretch of SQL text of one lexical kind.
public struct Token: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case whitespace, lineComment, blockComment
    /// A keyword or an unquoted identifier.
    case word
    case quotedIdentifier, string, dollarString, number, parameter
    case semicolon, openParenthesis, closeParenthesis
    /// A psql command such as `\i file`, to the end of its line.
    case backslashCommand
    /// `:name` or one of its forms, where psql's variables are looked for.
    case variable
    /// Operators and everything else, one byte at a time.
    case other
  }

  public let kind: Kind
  public let range: Range<Int>

  public var isBlank: Bool { kind == .whitespace || kind == .lineComment || kind == .blockComment }
}

/// Cuts SQL text into tokens by PostgreSQL's lexical rules, a function for each state.
///
/// Nothing is skipped: the ranges of the tokens, put together, are the text.
public struct Lexer: Sendable {
  /// Whether a backslash in a plain string is an ordinary character, as it is by default.
  public var standardConformingStrings: Bool
  private(set) var text: WorkingText
  private let seesVariables: Bool
  private var offset: Int

  public init(_ source: SQLSource, in range: Range<Int>? = nil, standardConformingStrings: Bool = true) {
    self.standardConformingStrings = standardConformingStrings
    text = WorkingText(source, end: range?.upperBound)
    offset = range?.lowerBound ?? source.start
    seesVariables = false
  }

  /// A part of a text that is being read, as far as it is there.
  init(_ text: WorkingText, in range: Range<Int>) {
    standardConformingStrings = true
    self.text = text.closed(at: range.upperBound)
    offset = range.lowerBound
    seesVariables = false
  }

  /// Reads as psql does: a file with what it includes, and variables outside strings and comments.
  init(reading source: SQLSource, standardConformingStrings: Bool) {
    self.standardConformingStrings = standardConformingStrings
    text = .reading(source)
    offset = source.start
    seesVariables = true
  }

  /// The next token, nil at the end. Throws where a string, identifier or comment is never closed.
  public mutating func next() throws(SQLTextError) -> Token? {
    guard hasMore() else { return nil }
    let start = offset
    let kind = try scan(from: start)
    return Token(kind: kind, range: start..<offset)
  }

  // MARK: Changing what comes

  /// Goes on from another place, behind inline COPY data for one.
  mutating func move(to offset: Int) { self.offset = offset }

  /// Goes on with other bytes in the place of a range that was just read.
  mutating func replace(_ range: Range<Int>, with value: [UInt8]) {
    text.replace(range, with: value)
    offset = range.lowerBound
  }

  /// Goes on with a file in the place of the command that includes it.
  mutating func enter(_ file: SQLSource, at command: Range<Int>) {
    text.enter(file, at: command)
    offset = command.lowerBound
  }

  /// Goes back to the including file; false where there is none.
  mutating func leave() -> Bool { text.leave() }

  /// Cuts the rest of the line out, for `giveBack`.
  mutating func holdBack(from place: Int) -> WorkingText.Rest? { text.holdBack(from: place) }

  /// Puts what was held back in front of what was not read yet, and goes on there.
  mutating func giveBack(_ rest: WorkingText.Rest?) {
    guard let rest else { return }
    text.giveBack(rest, at: offset)
  }

  /// Where the first byte stands that is no blank, or ends the line.
  func placeBehindBlanks() -> Int {
    text.bytes[offset..<text.end].firstIndex { !ASCII.isSpace($0) || $0 == ASCII.lineFeed } ?? text.end
  }

  /// Whether there is a byte at the offset, which may have to be read first.
  mutating func hasMore() -> Bool { offset < text.end || text.grow() }

  // MARK: States

  private mutating func scan(from start: Int) throws(SQLTextError) -> Token.Kind {
    let byte = text.bytes[start]
    switch byte {
    case _ where ASCII.isSpace(byte): return whitespace()
    case ASCII.dash where peek(1) == ASCII.dash: return lineComment()
    case ASCII.slash where peek(1) == ASCII.star: return try blockComment(from: start)
    case ASCII.quote: return try string(escapes: !standardConformingStrings, from: start)
    case ASCII.doubleQuote: return try quotedIdentifier(from: start)
    case ASCII.dollar: return try dollar(from: start)
    case ASCII.backslash: return backslashCommand()
    case ASCII.colon where seesVariables: return colon(from: start)
    case _ where ASCII.isWordStart(byte): return try word(from: start)
    case _ where ASCII.isDigit(byte): return number()
    default: return single(byte)
    }
  }

  private mutating func whitespace() -> Token.Kind {
    skip(while: ASCII.isSpace)
    return .whitespace
  }

  private mutating func lineComment() -> Token.Kind {
    skip { !ASCII.isLineEnd($0) }
    return .lineComment
  }

  private mutating func backslashCommand() -> Token.Kind {
    skip { $0 != ASCII.lineFeed }
    return .backslashCommand
  }

  /// A variable, `::`, `:=`, or a lone colon.
  private mutating func colon(from start: Int) -> Token.Kind {
    if let reference = VariableReference(in: text.bytes, at: start, end: text.end) {
      offset = reference.range.upperBound
      return .variable
    }
    offset += peek(1) == ASCII.colon || peek(1) == UInt8(ascii: "=") ? 2 : 1
    return .other
  }

  private mutating func blockComment(from start: Int) throws(SQLTextError) -> Token.Kind {
    var depth = 0
    while hasMore() {
      if text.bytes[offset] == ASCII.slash, peek(1) == ASCII.star {
        depth += 1
        offset += 2
      } else if text.bytes[offset] == ASCII.star, peek(1) == ASCII.slash {
        depth -= 1
        offset += 2
        if depth == 0 { return .blockComment }
      } else {
        offset += 1
      }
    }
    throw text.error(.unterminatedComment, at: start)
  }

  /// A string whose opening quote is the current byte. A further quoted part on a later line continues it, in the
  /// same mode: that is how `E'…'` goes on without repeating the E.
  private mutating func string(escapes: Bool, from start: Int) throws(SQLTextError) -> Token.Kind {
    offset += 1
    while hasMore() {
      let byte = text.bytes[offset]
      if byte == ASCII.backslash, escapes {
        offset += 2
      } else if byte != ASCII.quote {
        offset += 1
      } else if peek(1) == ASCII.quote {
        offset += 2
      } else {
        offset += 1
        guard let next = continuation() else { return .string }
        offset = next + 1
      }
    }
    offset = text.end
    throw text.error(.unterminatedString, at: start)
  }

  /// Where the quote of a continuing part stands: after white space and comments that hold a line end.
  private mutating func continuation() -> Int? {
    var place = offset
    var sawLineEnd = false
    while place < text.end || text.grow() {
      let byte = text.bytes[place]
      if ASCII.isSpace(byte) {
        sawLineEnd = sawLineEnd || ASCII.isLineEnd(byte)
        place += 1
      } else if byte == ASCII.dash, place + 1 < text.end, text.bytes[place + 1] == ASCII.dash {
        while place < text.end, !ASCII.isLineEnd(text.bytes[place]) { place += 1 }
      } else {
        return byte == ASCII.quote && sawLineEnd ? place : nil
      }
    }
    return nil
  }

  private mutating func quotedIdentifier(from start: Int) throws(SQLTextError) -> Token.Kind {
    offset += 1
    let first = offset
    while hasMore() {
      if text.bytes[offset] != ASCII.doubleQuote {
        offset += 1
      } else if peek(1) == ASCII.doubleQuote {
        offset += 2
      } else {
        guard offset > first else { throw text.error(.emptyIdentifier, at: start) }
        offset += 1
        return .quotedIdentifier
      }
    }
    throw text.error(.unterminatedIdentifier, at: start)
  }

  /// `$1`, `$tag$…$tag$`, or a lone dollar sign.
  private mutating func dollar(from start: Int) throws(SQLTextError) -> Token.Kind {
    offset += 1
    if let byte = peek(0), ASCII.isDigit(byte) {
      skip(while: ASCII.isDigit)
      return .parameter
    }
    if let byte = peek(0), ASCII.isWordStart(byte) { skip(while: ASCII.isTagPart) }
    guard peek(0) == ASCII.dollar else {
      offset = start + 1
      return .other
    }
    offset += 1
    let tag = text.bytes[start..<offset]
    while hasMore() {
      if text.bytes[offset] == ASCII.dollar, text.bytes[offset..<text.end].starts(with: tag) {
        offset += tag.count
        return .dollarString
      }
      offset += 1
    }
    throw text.error(.unterminatedDollarString(tag: String(decoding: tag, as: UTF8.self)), at: start)
  }

  /// A keyword or identifier, or the letter before a string that says how the string is to be read.
  private mutating func word(from start: Int) throws(SQLTextError) -> Token.Kind {
    let letter = text.bytes[start] | 0x20
    if peek(1) == ASCII.quote, let escapes = Self.prefixedString(letter, standard: standardConformingStrings)
    {
      offset += 1
      return try string(escapes: escapes, from: start)
    }
    if letter == UInt8(ascii: "u"), peek(1) == UInt8(ascii: "&") {
      if peek(2) == ASCII.quote {
        offset += 2
        return try string(escapes: false, from: start)
      }
      if peek(2) == ASCII.doubleQuote {
        offset += 2
        return try quotedIdentifier(from: start)
      }
    }
    skip(while: ASCII.isWordPart)
    return .word
  }

  private static func prefixedString(_ letter: UInt8, standard: Bool) -> Bool? {
    switch letter {
    case UInt8(ascii: "e"): true
    case UInt8(ascii: "b"), UInt8(ascii: "x"): false
    case UInt8(ascii: "n"): !standard
    default: nil
    }
  }

  private mutating func number() -> Token.Kind {
    skip(while: ASCII.isTagPart)
    return .number
  }

  private mutating func single(_ byte: UInt8) -> Token.Kind {
    offset += 1
    switch byte {
    case UInt8(ascii: ";"): return .semicolon
    case UInt8(ascii: "("): return .openParenthesis
    case UInt8(ascii: ")"): return .closeParenthesis
    default: return .other
    }
  }

  // MARK: Reading

  private func peek(_ distance: Int) -> UInt8? {
    offset + distance < text.end ? text.bytes[offset + distance] : nil
  }

  private mutating func skip(while condition: (UInt8) -> Bool) {
    while offset < text.end, condition(text.bytes[offset]) { offset += 1 }
  }
}
