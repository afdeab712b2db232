/// Whether a statement changes `standard_conforming_strings`, and with it where the strings behind it end.
///
/// psql asks the server after each statement. A file that is checked before anything runs cannot, so the three ways to
/// write the change down are read here: SET, RESET, and set_config() with literals.
enum StringConformance {
  struct Change {
    /// Nil: back to what the session began with.
    var value: Bool?
  }

  private static let setting = "standard_conforming_strings"

  static func change(by statement: SQLStatement, in source: SQLSource) -> Change? {
    switch statement.words.first {
    case "set": statement.words.contains(setting) ? assigned(by: statement, in: source) : nil
    case "reset": statement.words.contains(where: [setting, "all"].contains) ? Change(value: nil) : nil
    case "discard": statement.words.contains("all") ? Change(value: nil) : nil
    case "select": statement.words.contains("set_config") ? configured(by: statement, in: source) : nil
    default: nil
    }
  }

  /// `set [session | local] standard_conforming_strings { = | to } value`
  private static func assigned(by statement: SQLStatement, in source: SQLSource) -> Change? {
    texts(of: statement, in: source).last.map { Change(value: boolean($0)) }
  }

  /// `select [pg_catalog.]set_config('standard_conforming_strings', 'off', false)`
  private static func configured(by statement: SQLStatement, in source: SQLSource) -> Change? {
    let texts = texts(of: statement, in: source)
    guard let name = texts.firstIndex(of: setting), name + 2 < texts.count, texts[name + 1] == "," else {
      return nil
    }
    return Change(value: boolean(texts[name + 2]))
  }

  private static func texts(of statement: SQLStatement, in source: SQLSource) -> [String] {
    var lexer = Lexer(source, in: statement.range)
    var texts: [String] = []
    while let token = try? lexer.next() {
      guard !token.isBlank else { continue }
      let text = source.text(token.range).lowercased()
      texts.append(token.kind == .string ? String(text.dropFirst().dropLast()) : text)
    }
    return texts
  }

  private static func boolean(_ text: String) -> Bool? {
    switch text {
    case "on", "true", "yes", "1": true
    case "off", "false", "no", "0": false
    default: nil
    }
  }
}
