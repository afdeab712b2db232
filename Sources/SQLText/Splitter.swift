/// Cuts a source into statements where the server says they end.
///
/// psql agrees but for names that are keywords in `BEGIN ATOMIC` bodies (`1 as end`), functions called `begin`, and
/// `E'…'` strings continued on another line, each of which it cuts too early or too late.
///
/// A semicolon ends a statement unless it stands inside parentheses (a rule's commands) or inside the `BEGIN ATOMIC …
/// END` body of a function. Pull statements one by one; setting `standardConformingStrings` in between changes how the
/// rest is read, as a `SET` does by itself.
public struct Splitter: Sendable {
  public let source: SQLSource
  /// The directives met so far.
  public private(set) var directives: [DirectiveComment] = []
  private var lexer: Lexer
  private var initialConformance: Bool
  private var statementCount = 0

  /// `standardConformingStrings` is what the session that runs the text begins with.
  public init(_ source: SQLSource, standardConformingStrings: Bool = true) {
    self.source = source
    self.initialConformance = standardConformingStrings
    self.lexer = Lexer(source, standardConformingStrings: standardConformingStrings)
  }

  /// All statements and directives of a source.
  public static func split(
    _ source: SQLSource, standardConformingStrings: Bool = true
  ) throws(SQLTextError) -> (statements: [SQLStatement], directives: [DirectiveComment]) {
    var splitter = Splitter(source, standardConformingStrings: standardConformingStrings)
    var statements: [SQLStatement] = []
    while let statement = try splitter.next() { statements.append(statement) }
    return (statements, splitter.directives)
  }

  /// The next statement, nil at the end. Empty statements are passed over.
  public mutating func next() throws(SQLTextError) -> SQLStatement? {
    var draft = StatementDraft()
    while let token = try lexer.next() {
      switch token.kind {
      case .whitespace, .blockComment: continue
      case .lineComment: try note(token, insideStatement: !draft.isEmpty)
      case .semicolon where draft.isAtTopLevel:
        if let statement = try finish(draft) { return statement }
      case .backslashCommand:
        // psql obeys at once, in the middle of a statement too; what it splits is nobody's to guess here.
        statementCount += 1
        return SQLStatement(kind: .backslashCommand, range: token.range, words: [])
      default: draft.add(token, of: source)
      }
    }
    if let open = draft.openParentheses.last { throw source.error(.unclosedParenthesis, at: open) }
    if let open = draft.openBodies.last { throw source.error(.unfinishedBody, at: open) }
    return try finish(draft)
  }

  private mutating func finish(_ draft: StatementDraft) throws(SQLTextError) -> SQLStatement? {
    guard let range = draft.range else { return nil }
    statementCount += 1
    let kind: SQLStatement.Kind = draft.readsStandardInput ? .copy(data: try inlineData()) : .sql
    let statement = SQLStatement(kind: kind, range: range, words: draft.words)
    if let change = StringConformance.change(by: statement, in: source) {
      lexer.standardConformingStrings = change.value ?? initialConformance
    }
    return statement
  }

  /// The lines behind a COPY statement up to `\.` on its own, or to the end as psql has it.
  private mutating func inlineData() throws(SQLTextError) -> Range<Int> {
    while let token = try lexer.next() {
      if token.kind == .whitespace, let lineEnd = source.bytes[token.range].firstIndex(where: ASCII.isLineEnd)
      {
        return copyData(from: afterLineEnd(lineEnd))
      }
      if !token.isBlank { throw source.error(.textAfterCopy, at: token.range.lowerBound) }
    }
    return source.bytes.count..<source.bytes.count
  }

  private mutating func copyData(from first: Int) -> Range<Int> {
    var line = first
    while line < source.bytes.count {
      let end = source.bytes[line...].firstIndex(where: ASCII.isLineEnd) ?? source.bytes.count
      let next = afterLineEnd(end)
      if source.bytes[line..<end].elementsEqual([ASCII.backslash, ASCII.dot]) {
        lexer.move(to: next)
        return first..<line
      }
      line = next
    }
    lexer.move(to: source.bytes.count)
    return first..<source.bytes.count
  }

  private func afterLineEnd(_ offset: Int) -> Int {
    guard offset < source.bytes.count else { return source.bytes.count }
    let isPair =
      source.bytes[offset] == ASCII.carriageReturn && offset + 1 < source.bytes.count
      && source.bytes[offset + 1] == ASCII.lineFeed
    return offset + (isPair ? 2 : 1)
  }

  private mutating func note(_ comment: Token, insideStatement: Bool) throws(SQLTextError) {
    let directive = try DirectiveComment(
      comment, in: source, statementsBefore: statementCount, isInsideStatement: insideStatement)
    if let directive { directives.append(directive) }
  }
}

/// What is known of a statement while its tokens come in.
private struct StatementDraft {
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

  mutating func add(_ token: Token, of source: SQLSource) {
    range = (range?.lowerBound ?? token.range.lowerBound)..<token.range.upperBound
    switch token.kind {
    case .word: add(source.text(token.range).lowercased(), at: token.range.lowerBound)
    case .openParenthesis: openParentheses.append(token.range.lowerBound)
    case .closeParenthesis: _ = openParentheses.popLast()
    default: break
    }
    if token.kind != .word { previousWord = nil }
    previousIsDot = token.kind == .other && source.bytes[token.range.lowerBound] == ASCII.dot
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
    case "stdin":
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
