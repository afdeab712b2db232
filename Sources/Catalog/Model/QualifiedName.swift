/// A name as SQL writes it, `schema.name`, either part quoted where it needs to be.
struct QualifiedName {
  let schema: String
  let bare: String

  init(_ text: String) { (schema, bare) = Self.split(text) }

  private init(schema: String, bare: String) { (self.schema, self.bare) = (schema, bare) }

  var text: String { schema.isEmpty ? bare : "\(schema).\(bare)" }

  /// The last part without its quotes.
  var plain: String { Self.unquoted(bare) }

  func with(_ change: (String) -> String) -> QualifiedName {
    QualifiedName(schema: schema, bare: quoted(change(plain)))
  }

  /// What stands before the last dot outside of quotes, and what behind it.
  static func split(_ text: String) -> (head: String, last: String) {
    var isQuoted = false
    var dot: String.Index?
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      if text[index] == ".", !isQuoted { dot = index }
    }
    guard let dot else { return ("", text) }
    return (String(text[..<dot]), String(text[text.index(after: dot)...]))
  }

  private static func unquoted(_ name: String) -> String {
    guard name.hasPrefix("\""), name.hasSuffix("\""), name.count > 1 else { return name }
    return String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }
}
