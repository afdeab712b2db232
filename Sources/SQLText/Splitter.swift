/// Cuts a script into statements where the server says they end, and obeys the psql commands in it that say what the
/// text is: `\i` and `\ir`, `\set` and `\unset`, `\restrict` and `\unrestrict`. Every other one is refused.
///
/// psql agrees but for names that are keywords in `BEGIN ATOMIC` bodies (`1 as end`), functions called `begin`, `E'…'`
/// strings continued on another line, and strings on the line that changes `standard_conforming_strings`, each of which
/// it cuts too early or too late. What psql does and no script can mean is refused: a file included in the middle of a
/// statement (psql runs it before the statement), and a psql command that comes out of a variable.
///
/// A semicolon ends a statement unless it stands inside parentheses (a rule's commands) or inside the `BEGIN ATOMIC …
/// END` body of a function; the end of a file does, too. Pull statements one by one; setting
/// `standardConformingStrings` in between changes how the rest is read, as a `SET` does by itself.
public struct Splitter: Sendable {
  /// The directives met so far.
  public private(set) var directives: [DirectiveComment] = []
  var lexer: Lexer
  var psql: PsqlState
  private var initialConformance: Bool
  private var statementCount = 0

  /// `standardConformingStrings` is what the session that runs the text begins with.
  public init(
    _ source: SQLSource, standardConformingStrings: Bool = true, context: ScriptContext = ScriptContext()
  ) {
    self.initialConformance = standardConformingStrings
    self.lexer = Lexer(reading: source, standardConformingStrings: standardConformingStrings)
    self.psql = PsqlState(context)
  }

  /// All of a script at once.
  public static func split(
    _ source: SQLSource, standardConformingStrings: Bool = true, context: ScriptContext = ScriptContext()
  ) throws(SQLTextError) -> SQLScript {
    var splitter = Splitter(source, standardConformingStrings: standardConformingStrings, context: context)
    var statements: [SQLStatement] = []
    while let statement = try splitter.next() { statements.append(statement) }
    let text = splitter.lexer.text
    return SQLScript(
      source: text.source, statements: statements, directives: splitter.directives, written: text.written,
      givenValues: splitter.psql.given, includedFiles: text.includedFiles)
  }

  /// The text read so far: what the statements' ranges are ranges of.
  public var source: SQLSource { lexer.text.source }

  /// The next statement, nil at the end. Empty statements are passed over.
  public mutating func next() throws(SQLTextError) -> SQLStatement? {
    var draft = StatementDraft()
    repeat {
      while let token = try lexer.next() {
        switch token.kind {
        case .whitespace, .blockComment: continue
        case .lineComment: try note(token, insideStatement: !draft.isEmpty)
        case .semicolon where draft.isAtTopLevel:
          if let statement = try finish(draft) { return statement }
        case .backslashCommand:
          let colon = try obey(token, isInsideStatement: !draft.isEmpty)
          if let colon { draft.add(colon, of: lexer.text) }
        case .variable: if let colon = replace(token) { draft.add(colon, of: lexer.text) }
        default: draft.add(token, of: lexer.text)
        }
      }
      if let open = draft.openParentheses.last { throw lexer.text.error(.unclosedParenthesis, at: open) }
      if let open = draft.openBodies.last { throw lexer.text.error(.unfinishedBody, at: open) }
      if let statement = try finish(draft) { return statement }
    } while lexer.leave()
    return nil
  }

  private mutating func finish(_ draft: StatementDraft) throws(SQLTextError) -> SQLStatement? {
    guard let range = draft.range else { return nil }
    statementCount += 1
    let kind: SQLStatement.Kind = draft.readsStandardInput ? .copy(data: try inlineData()) : .sql
    let statement = SQLStatement(kind: kind, range: range, words: draft.words)
    if let change = StringConformance.change(by: statement, in: lexer.text) {
      lexer.standardConformingStrings = change.value ?? initialConformance
    }
    return statement
  }

  private mutating func note(_ comment: Token, insideStatement: Bool) throws(SQLTextError) {
    let directive = try DirectiveComment(
      comment, in: lexer.text, statementsBefore: statementCount, isInsideStatement: insideStatement)
    guard let directive else { return }
    directives.append(directive)
    try psql.take(directive, in: lexer.text)
  }
}
