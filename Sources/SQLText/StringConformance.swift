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

  static func change(by statement: SQLStatement, in text: WorkingText) -> Change? {
    switch statement.words.first {
    case "set": statement.words.contains(setting) ? assigned(by: statement, in: text) : nil
    case "reset": statement.words.contains(where: [setting, "all"].contains) ? Change(value: nil) : nil
    case "discard": statement.words.contains("all") ? Change(value: nil) : nil
    case "select": statement.words.contains("set_config") ? configured(by: statement, in: text) : nil
    default: nil
    }
  }

  /// `set [session | local] standard_conforming_strings { = | to } value`
  private static func assigned(by statement: SQLStatement, in text: WorkingText) -> Change? {
    texts(of: statement, in: text).last.map { Change(value: Switch.value(of: $0)) }
  }

  /// `select [pg_catalog.]set_config('standard_conforming_strings', 'off', false)`
  private static func configured(by statement: SQLStatement, in text: WorkingText) -> Change? {
    let texts = texts(of: statement, in: text)
    guard let name = texts.firstIndex(of: setting), name + 2 < texts.count, texts[name + 1] == "," else {
      return nil
    }
    return Change(value: Switch.value(of: texts[name + 2]))
  }

  private static func texts(of statement: SQLStatement, in text: WorkingText) -> [String] {
    var lexer = Lexer(text, in: statement.range)
    var texts: [String] = []
    while let token = try? lexer.next() {
      guard !token.isBlank else { continue }
      let word = text.string(token.range).lowercased()
      texts.append(token.kind == .string ? String(word.dropFirst().dropLast()) : word)
    }
    return texts
  }
}
