/// What is known of a statement while its tokens come in.
struct StatementDraft {
  private(set) var range: Range<Int>?
  private(set) var words: [String] = []
  private(set) var openParentheses: [Int] = []
  /// Where each `BEGIN ATOMIC` and each `CASE` inside one began.
  private(set) var openBodies: [Int] = []
  private(set) var readsStandardInput = false
  private var previousWord: (text: String, offset: Int)?
  private var previousIsDot = false

  var isEmpty: Bool { range == nil }
  var isAtTopLevel: Bool { openParentheses.isEmpty && openBodies.isEmpty }

  mutating func add(_ token: Token, of text: WorkingText) {
    range = (range?.lowerBound ?? token.range.lowerBound)..<token.range.upperBound
    switch token.kind {
    case .word: add(text.string(token.range).lowercased(), at: token.range.lowerBound)
    case .openParenthesis: openParentheses.append(token.range.lowerBound)
    case .closeParenthesis: _ = openParentheses.popLast()
    default: break
    }
    if token.kind != .word { previousWord = nil }
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
    case "case": if !openBodies.isEmpty { openBodies.append(offset) }
    case "end": _ = openBodies.popLast()
    // The server takes either name for the client.
    case "stdin", "stdout":
      if words.first == "copy", previousWord?.text == "from" { readsStandardInput = true }
    default: break
    }
  }

  private var createsRoutine: Bool {
    guard words.first == "create" else { return false }
    let object =
      words.dropFirst().starts(with: ["or", "replace"]) ? words.dropFirst(3).first : words.dropFirst().first
    return object == "function" || object == "procedure"
  }
}
