/// A variable of psql where SQL text names one.
struct VariableReference {
  enum Form {
    /// `:name`: the value takes the place of the name, and is read as SQL.
    case plain
    /// `:'name'`: the value as a string.
    case literal
    /// `:"name"`: the value as an identifier.
    case identifier
    /// `:{?name}`: TRUE or FALSE, whether there is such a variable.
    case test
  }

  let form: Form
  let name: String
  /// From the colon to the end.
  let range: Range<Int>

  /// Nil where the colon at `start` names no variable.
  init?(in bytes: [UInt8], at start: Int, end: Int) {
    let (form, opening, closing) = Self.marks(of: bytes[(start + 1)..<end])
    let first = start + 1 + opening
    guard first < end else { return nil }
    let last = bytes[first..<end].firstIndex { !ASCII.isTagPart($0) } ?? end
    guard last > first else { return nil }
    if let closing { guard last < end, bytes[last] == closing else { return nil } }
    self.form = form
    name = String(decoding: bytes[first..<last], as: UTF8.self)
    range = start..<(closing == nil ? last : last + 1)
  }

  /// The bytes before the name, and the one that has to be behind it.
  private static func marks(of text: ArraySlice<UInt8>) -> (Form, opening: Int, closing: UInt8?) {
    switch text.first {
    case ASCII.quote: (.literal, 1, ASCII.quote)
    case ASCII.doubleQuote: (.identifier, 1, ASCII.doubleQuote)
    case UInt8(ascii: "{") where text.dropFirst().first == UInt8(ascii: "?"): (.test, 2, UInt8(ascii: "}"))
    default: (.plain, 0, nil)
    }
  }

  /// What is sent in its place; nil where the text stays as it is.
  func replacement(_ value: [UInt8]?) -> [UInt8]? {
    switch form {
    case .plain: value
    case .literal: value.map(Self.literal)
    case .identifier: value.map(Self.identifier)
    case .test: Array((value == nil ? "FALSE" : "TRUE").utf8)
    }
  }

  /// As libpq writes it: with a backslash in it, it does not depend on how the session reads strings.
  private static func literal(_ value: [UInt8]) -> [UInt8] {
    let hasBackslash = value.contains(ASCII.backslash)
    let doubled = value.flatMap { byte in
      byte == ASCII.quote || byte == ASCII.backslash ? [byte, byte] : [byte]
    }
    return Array((hasBackslash ? " E'" : "'").utf8) + doubled + [ASCII.quote]
  }

  private static func identifier(_ value: [UInt8]) -> [UInt8] {
    let doubled = value.flatMap { $0 == ASCII.doubleQuote ? [$0, $0] : [$0] }
    return [ASCII.doubleQuote] + doubled + [ASCII.doubleQuote]
  }
}
