import SQLText

/// A statement's tokens without blanks, taken from the front.
struct StatementTokens {
  private let source: SQLSource
  private var rest: ArraySlice<Token>

  init(_ statement: SQLStatement, in source: SQLSource) {
    self.source = source
    var lexer = Lexer(source, in: statement.range)
    var tokens: [Token] = []
    while let token = try? lexer.next() {
      if !token.isBlank { tokens.append(token) }
    }
    rest = tokens[...]
  }

  /// Takes these words, all of them or none.
  mutating func take(_ words: String...) -> Bool {
    guard rest.count >= words.count,
      zip(rest, words).allSatisfy({ token, word in isWord(token, word) })
    else { return false }
    rest = rest.dropFirst(words.count)
    return true
  }

  /// Takes everything up to this word and the word itself; nothing when it does not come.
  mutating func take(through word: String) -> Bool {
    guard let place = rest.firstIndex(where: { isWord($0, word) }) else { return false }
    rest = rest[(place + 1)...]
    return true
  }

  /// Takes a word of any kind.
  mutating func takeWord() -> String? {
    guard let token = rest.first, token.kind == .word else { return nil }
    rest = rest.dropFirst()
    return source.text(token.range).lowercased()
  }

  /// Takes what stands in parentheses, and gives its words.
  mutating func takeParenthesized() -> [String]? {
    guard rest.first?.kind == .openParenthesis,
      let end = rest.firstIndex(where: { $0.kind == .closeParenthesis })
    else { return nil }
    let words = rest[..<end].filter { $0.kind == .word }.map { source.text($0.range).lowercased() }
    rest = rest[(end + 1)...]
    return words
  }

  /// Takes one identifier, as the catalog has it.
  mutating func takeIdentifier() -> String? {
    guard let token = rest.first, token.kind == .word || token.kind == .quotedIdentifier else { return nil }
    rest = rest.dropFirst()
    let text = source.text(token.range)
    guard token.kind == .quotedIdentifier else { return String(text.lowercased()) }
    return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  mutating func takeDot() -> Bool {
    guard let dot = rest.first, source.text(dot.range) == "." else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Takes a name, perhaps with its schema, as it can be written again.
  mutating func takeName() -> String? {
    var name = ""
    while let token = rest.first, token.kind == .word || token.kind == .quotedIdentifier {
      name += source.text(token.range)
      rest = rest.dropFirst()
      guard let dot = rest.first, source.text(dot.range) == "." else { break }
      name += "."
      rest = rest.dropFirst()
    }
    return name.isEmpty ? nil : name
  }

  func begins(with word: String) -> Bool { rest.first.map { isWord($0, word) } ?? false }

  private func isWord(_ token: Token, _ word: String) -> Bool {
    token.kind == .word && source.text(token.range).lowercased() == word
  }
}
