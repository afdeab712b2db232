import SQLText

/// What a statement of a no-transaction file is, as far as it decides how to run it and how to take it up again after a
/// kill.
package enum StatementNature: Hashable {
  /// Runs in a transaction of its own together with its journal entry, so it is done exactly once.
  case ordinary
  /// Sets something for the statements behind it; done again when a new session goes on with the file.
  case sessionSetting
  /// Refuses to run in a transaction, and leaves an INVALID index behind when it fails.
  case createIndexConcurrently(IndexTarget)
  /// Refuses to run in a transaction. Done before, it fails with one of these codes.
  case outsideTransaction(alreadyDone: Set<String>)

  package struct IndexTarget: Hashable {
    /// Nil when the server is to choose it.
    package var name: String?
    /// As it is written, perhaps with its schema.
    package var table: String

    package init(name: String?, table: String) {
      self.name = name
      self.table = table
    }
  }

  package init(_ statement: SQLStatement, in source: SQLSource) {
    let words = statement.words
    switch words.first {
    case "set" where words.dropFirst().first != "local", "reset": self = .sessionSetting
    case "select" where words.contains("set_config"): self = .sessionSetting
    case "vacuum": self = .outsideTransaction(alreadyDone: [])
    case "alter" where words.dropFirst().first == "system": self = .outsideTransaction(alreadyDone: [])
    case "create" where ["database", "tablespace", "subscription"].contains(words.dropFirst().first):
      self = .outsideTransaction(alreadyDone: ["42P04", "42710"])
    case "drop" where ["database", "tablespace", "subscription"].contains(words.dropFirst().first):
      self = .outsideTransaction(alreadyDone: ["3D000", "42704"])
    case "create" where words.contains("index") && words.contains("concurrently"):
      self =
        Self.target(of: statement, in: source).map(Self.createIndexConcurrently)
        ?? .outsideTransaction(alreadyDone: [])
    case "drop" where words.starts(with: ["drop", "index", "concurrently"]):
      self = .outsideTransaction(alreadyDone: ["42704", "42P01"])
    case "reindex": self = .outsideTransaction(alreadyDone: [])
    default: self = .ordinary
    }
  }

  /// `create [unique] index concurrently [if not exists] [name] on [only] table [using …] (…)`
  private static func target(of statement: SQLStatement, in source: SQLSource) -> IndexTarget? {
    var lexer = Lexer(source, in: statement.range)
    var tokens: [Token] = []
    while let token = try? lexer.next() {
      if !token.isBlank { tokens.append(token) }
    }
    func isWord(_ token: Token?, _ word: String) -> Bool {
      token.map { $0.kind == .word && source.text($0.range).lowercased() == word } ?? false
    }
    guard let start = tokens.firstIndex(where: { isWord($0, "concurrently") }) else { return nil }
    var rest = tokens[(start + 1)...]
    if isWord(rest.first, "if") { rest = rest.dropFirst(3) }
    var name: String?
    if let token = rest.first, !isWord(token, "on") {
      name = identifier(token, in: source)
      rest = rest.dropFirst()
    }
    guard isWord(rest.first, "on") else { return nil }
    rest = rest.dropFirst()
    if isWord(rest.first, "only") { rest = rest.dropFirst() }
    let table = rest.prefix { $0.kind != .openParenthesis && !isWord($0, "using") }
    guard let first = table.first, let last = table.last else { return nil }
    return IndexTarget(name: name, table: source.text(first.range.lowerBound..<last.range.upperBound))
  }

  /// The name as the catalog has it.
  private static func identifier(_ token: Token, in source: SQLSource) -> String {
    let text = source.text(token.range)
    guard token.kind == .quotedIdentifier else { return String(text.lowercased()) }
    return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }
}
