import SQLText

/// What lives in a session alone, in a file that is not one transaction: temporary tables and cursors. The session that goes on
/// with the file after a kill has none of them, so what makes one and what uses it commit together.
enum SessionSpans {
  /// The groups, those joined that a temporary object spans. Throws `FileError` where something between cannot be in a
  /// transaction.
  static func joining(
    _ groups: [Range<Int>], of statements: [SQLStatement], _ directives: Directives, in source: SQLSource
  ) throws(FileError) -> [Range<Int>] {
    var groups = groups
    for (first, statement) in statements.enumerated() {
      if statement.begins(with: "discard", "all") {
        throw FileError(.discardsAll, in: source, at: statement.range.lowerBound)
      }
      guard let name = statement.sessionObject(in: source),
        let last = statements.indices.last(where: { $0 > first && statements[$0].mentions(name, in: source) }
        ),
        let begin = groups.firstIndex(where: { $0.contains(first) }),
        let end = groups.firstIndex(where: { $0.contains(last) }), begin < end
      else { continue }
      let span = groups[begin].lowerBound..<groups[end].upperBound
      for index in span where !statements[index].bearsTransaction(in: source) || directives.isBatch(index) {
        let line = source.place(at: statement.range.lowerBound).position.line
        throw FileError(
          .insideSessionSpan(name, line: line), in: source, at: statements[index].range.lowerBound)
      }
      groups.replaceSubrange(begin...end, with: [span])
    }
    return groups
  }
}

extension SQLStatement {
  fileprivate func bearsTransaction(in source: SQLSource) -> Bool {
    switch StatementNature(self, in: source) {
    case .ordinary, .sessionSetting: true
    default: false
    }
  }

  /// The temporary relation or the cursor that it makes, without a schema.
  fileprivate func sessionObject(in source: SQLSource) -> String? {
    var tokens = StatementTokens(self, in: source)
    switch words.first {
    case "declare":
      return tokens.take("declare") ? tokens.takeIdentifier() : nil
    case "create":
      guard tokens.take("create") else { return nil }
      _ = tokens.take("or", "replace") || tokens.take("local") || tokens.take("global")
      let isTemporary = tokens.take("temp") || tokens.take("temporary")
      _ = tokens.take("recursive")
      let kinds = ["table", "view", "sequence", "function", "procedure", "type"]
      guard let kind = tokens.takeWord(), kinds.contains(kind) else { return nil }
      _ = tokens.take("if", "not", "exists")
      let schema = tokens
      if tokens.takeIdentifier() == "pg_temp", tokens.takeDot() { return tokens.takeIdentifier() }
      tokens = schema
      return isTemporary ? tokens.takeIdentifier() : nil
    case "select", "with", "values", "table":
      guard tokens.take(through: "into"), tokens.take("temp") || tokens.take("temporary") else { return nil }
      _ = tokens.take("table")
      return tokens.takeIdentifier()
    default: return nil
    }
  }

  /// Whether the name stands in it, in a body of code too.
  fileprivate func mentions(_ name: String, in source: SQLSource) -> Bool {
    var lexer = Lexer(source, in: range)
    while let token = try? lexer.next() {
      let text = source.text(token.range)
      switch token.kind {
      case .word where text.lowercased() == name: return true
      case .quotedIdentifier where text == "\"\(name.replacing("\"", with: "\"\""))\"": return true
      case .string, .dollarString:
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }
        if words.contains(where: { $0 == name.lowercased() }) { return true }
      default: continue
      }
    }
    return false
  }
}
