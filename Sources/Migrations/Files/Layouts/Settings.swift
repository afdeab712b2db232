/// `key = value` lines under `[sections]`, as much as properties, INI and TOML files have in common.
struct Settings {
  private var values: [String: String] = [:]

  init(_ text: String) {
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmingPrefix(while: \.isWhitespace)
      if line.hasPrefix("[") {
        section = Self.section(line.dropFirst().prefix { $0 != "]" })
      } else if let equals = line.firstIndex(of: "="), let first = line.first, !"#;".contains(first) {
        let key = Self.trimmed(line[..<equals])
        values[section + key] = Self.unquoted(Self.trimmed(line[line.index(after: equals)...]))
      }
    }
  }

  /// The value of `section.key`, or of a key above all sections.
  subscript(key: String) -> String? { values[key] }

  /// What stands under a prefix of keys, without it.
  func below(_ prefix: String) -> [String: String] {
    var found: [String: String] = [:]
    for (key, value) in values where key.hasPrefix(prefix) {
      found[String(key.dropFirst(prefix.count))] = value
    }
    return found
  }

  /// `engine "pg"` and `engine.pg` are the same.
  private static func section(_ text: Substring) -> String {
    text.split(whereSeparator: { $0 == " " || $0 == "\"" || $0 == "." || $0 == "[" }).joined(separator: ".")
      + "."
  }

  private static func unquoted(_ text: Substring) -> String {
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      return String(text)
    }
    return String(text.dropFirst().prefix { $0 != quote })
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let kept = text.drop(while: \.isWhitespace)
    guard let last = kept.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return kept[...last]
  }
}
