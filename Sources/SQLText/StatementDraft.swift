/// What is known of a statement while its tokens come in.
struct StatementDraft {
  private(set) var range: Range<Int>?
  private(set) var words: [String] = []
  private(set) var openParentheses: [Int] = []
  /// Where each `BEGIN ATOMIC` and each `CASE` inside one began.
  private(set) var openBodies: [Int] = []
  private(set) var readsStandardInput = false
  private var previousWord: (text: String, offset: Int)?
  private var previousKind = Token.Kind.semicolon
  private var previousIsDot = false
  /// Whether the last word was a CASE that what comes next may show to be a column's name.
  private var isCaseOpen = false

  var isEmpty: Bool { range == nil }
  var isAtTopLevel: Bool { openParentheses.isEmpty && openBodies.isEmpty }

  mutating func add(_ token: Token, of text: WorkingText) {
    range = (range?.lowerBound ?? token.range.lowerBound)..<token.range.upperBound
    if isCaseOpen { judgeCase(before: token, in: text) }
    switch token.kind {
    case .word: add(text.string(token.range).lowercased(), at: token.range.lowerBound)
    case .openParenthesis: openParentheses.append(token.range.lowerBound)
    case .closeParenthesis: _ = openParentheses.popLast()
    default: break
    }
    if token.kind != .word { previousWord = nil }
    previousKind = token.kind
    previousIsDot = token.kind == .other && text.bytes[token.range.lowerBound] == ASCII.dot
  }

  private mutating func add(_ word: String, at offset: Int) {
    if words.count < SQLStatement.wordLimit { words.append(word) }
    // After a dot or AS any keyword is only a name.
    let isName = previousIsDot || previousWord?.text == "as"
    if !isName, openParentheses.isEmpty { follow(word, at: offset) }
    previousWord = (word, offset)
  }

  private mutating func follow(_ word: String, at offset: Int) {
    switch word {
    case "atomic":
      if let begin = previousWord, begin.text == "begin", openBodies.isEmpty, createsRoutine {
        openBodies.append(begin.offset)
      }
    case "case":
      if !openBodies.isEmpty {
        openBodies.append(offset)
        isCaseOpen = true
      }
    case "end":
      // Where no CASE is open, an END that does not stand at the beginning of a statement is a column's name.
      let isFirst = previousKind == .semicolon || previousWord?.text == "atomic"
      if openBodies.count > 1 || isFirst { _ = openBodies.popLast() }
    // The server takes either name for the client.
    case "stdin", "stdout":
      if words.first == "copy", previousWord?.text == "from" { readsStandardInput = true }
    default: break
    }
  }

  /// `select a case from t` calls a column so: no expression begins with what can follow a name.
  private mutating func judgeCase(before token: Token, in text: WorkingText) {
    isCaseOpen = false
    let isName =
      switch token.kind {
      case .semicolon, .closeParenthesis: true
      case .word: Self.followsName.contains(text.string(token.range).lowercased())
      default: text.bytes[token.range.lowerBound] == UInt8(ascii: ",")
      }
    if isName { _ = openBodies.popLast() }
  }

  private static let followsName: Set = [
    "from", "into", "where", "group", "having", "window", "union", "intersect", "except", "order", "limit",
    "offset",
    "fetch", "for",
  ]

  private var createsRoutine: Bool {
    guard words.first == "create" else { return false }
    let object =
      words.dropFirst().starts(with: ["or", "replace"]) ? words.dropFirst(3).first : words.dropFirst().first
    return object == "function" || object == "procedure"
  }
}
