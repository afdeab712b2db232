import SQLText

/// Reads a statement word by word, past white space and comments.
struct TokenReader {
  private let source: SQLSource
  private let tokens: [Token]
  private var index = 0

  init(_ statement: String) throws(SQLTextError) {
    source = try SQLSource(name: "statement", text: statement)
    var lexer = Lexer(source)
    var tokens: [Token] = []
    while let token = try lexer.next() {
      if !token.isBlank { tokens.append(token) }
    }
    self.tokens = tokens
  }

  private init(_ source: SQLSource, _ tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  var isAtEnd: Bool { index == tokens.count }

  private func token(_ distance: Int = 0) -> Token? {
    index + distance < tokens.count ? tokens[index + distance] : nil
  }

  private func text(_ token: Token) -> String { source.text(token.range) }

  /// The word that stands so far on, in lower case; nil where no word stands.
  func word(_ distance: Int = 0) -> String? {
    token(distance).flatMap { $0.kind == .word ? text($0).lowercased() : nil }
  }

  /// The sign that stands so far on, such as a comma.
  func sign(_ distance: Int = 0) -> String? {
    token(distance).flatMap {
      [.other, .openParenthesis, .closeParenthesis].contains($0.kind) ? text($0) : nil
    }
  }

  mutating func skip() { index = min(index + 1, tokens.count) }

  /// Goes past these words when they are next.
  mutating func take(_ words: String...) -> Bool {
    guard words.indices.allSatisfy({ word($0) == words[$0] }) else { return false }
    index += words.count
    return true
  }

  mutating func take(sign wanted: String) -> Bool {
    guard sign() == wanted else { return false }
    index += 1
    return true
  }

  /// An identifier as the catalog has it.
  mutating func identifier() -> String? {
    guard let token = token() else { return nil }
    switch token.kind {
    case .word:
      index += 1
      return Self.folded(text(token))
    case .quotedIdentifier where text(token).hasPrefix("\""):
      index += 1
      return String(text(token).dropFirst().dropLast()).replacing("\"\"", with: "\"")
    default: return nil
    }
  }

  /// As the server folds a name without quotes: ASCII letters and no others.
  private static func folded(_ name: String) -> String {
    String(decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }

  mutating func name() -> ObjectName? {
    guard let first = identifier() else { return nil }
    guard take(sign: ".") else { return ObjectName(name: first) }
    return identifier().map { ObjectName(schema: first, name: $0) }
  }

  /// The text of a plain string.
  mutating func string() -> String? {
    guard let token = token(), token.kind == .string, text(token).hasPrefix("'") else { return nil }
    index += 1
    return String(text(token).dropFirst().dropLast()).replacing("''", with: "'")
  }

  /// What stands between parentheses, which are next, cut at its commas.
  mutating func list() -> [TokenReader]? {
    guard sign() == "(" else { return nil }
    var depth = 0
    var parts: [[Token]] = [[]]
    while let token = token() {
      index += 1
      if token.kind == .openParenthesis { depth += 1 }
      if token.kind == .closeParenthesis { depth -= 1 }
      if depth == 0 { break }
      if depth == 1, token.kind == .openParenthesis { continue }
      if depth == 1, text(token) == "," { parts.append([]) } else { parts[parts.count - 1].append(token) }
    }
    return parts == [[]] ? [] : parts.map { TokenReader(source, $0) }
  }

  /// Goes to the next place outside parentheses where one of these words stands.
  mutating func seek(_ words: String...) -> Bool {
    var depth = 0
    while let token = token() {
      if depth == 0, let word = word(), words.contains(word) { return true }
      if token.kind == .openParenthesis { depth += 1 }
      if token.kind == .closeParenthesis { depth -= 1 }
      index += 1
    }
    return false
  }

  /// The text from here to where one of these words stands outside parentheses, or to the end.
  mutating func take(until words: String...) -> String? {
    guard let first = token() else { return nil }
    var depth = 0
    var last = first
    while let token = token() {
      if depth == 0, let word = word(), words.contains(word) { break }
      if token.kind == .openParenthesis { depth += 1 }
      if token.kind == .closeParenthesis { depth -= 1 }
      last = token
      index += 1
    }
    return source.text(first.range.lowerBound..<last.range.upperBound)
  }

  /// Whether these words stand anywhere from here on, one behind the other.
  func contains(_ first: String, _ second: String) -> Bool {
    (0..<(tokens.count - index)).contains { word($0) == first && word($0 + 1) == second }
  }

  /// The next token, a word in lower case, and whether it is a word or a name.
  mutating func piece() -> (text: String, isWord: Bool) {
    guard let token = token() else { return ("", false) }
    index += 1
    let isWord = [.word, .quotedIdentifier, .number].contains(token.kind)
    return (token.kind == .word ? text(token).lowercased() : text(token), isWord)
  }

  /// What is read of a string that is a function's body.
  enum Body { case nothing, declarations, all }

  /// Every identifier, those inside strings of SQL included where they are asked for.
  func mentions(inBodies body: Body = .nothing, until end: String? = nil) -> Set<String> {
    var names: Set<String> = []
    for token in tokens {
      let text = text(token)
      if token.kind == .word, text.lowercased() == end { break }
      switch token.kind {
      case .word: names.insert(Self.folded(text))
      case .quotedIdentifier: names.insert(String(text.dropFirst().dropLast()).replacing("\"\"", with: "\""))
      case .dollarString where body != .nothing, .string where body != .nothing:
        let delimiter = token.kind == .string ? 1 : text.dropFirst().prefix { $0 != "$" }.count + 2
        let reader = try? TokenReader(String(text.dropFirst(delimiter).dropLast(delimiter)))
        names.formUnion(reader?.mentions(until: body == .all ? nil : "begin") ?? [])
      default: break
      }
    }
    return names
  }
}
