import PostgresClient
import SQLText

/// Where in a file a server's error is: from its position, or from the line that its context names inside COPY data or
/// the body of a DO block.
struct FailurePlace {
  let script: Script
  let statement: SQLStatement
  /// A server with encoding SQL_ASCII counts positions in bytes.
  let isSingleByte: Bool

  /// A byte offset; the beginning of the statement when nothing says more.
  func offset(of error: PostgresError) -> Int {
    let start = statement.range.lowerBound
    if let position = error.position {
      return isSingleByte
        ? start + position - 1 : script.source.offset(start, advancedByCharacters: position - 1)
    }
    guard let (first, line) = contextLine(error.context ?? "") else { return start }
    return script.source.offset(first, advancedByLines: line - 1)
  }

  /// The text that the context counts lines in, and the line.
  private func contextLine(_ context: String) -> (first: Int, line: Int)? {
    if case .copy(let data) = statement.kind,
      let line = Self.number(after: ", line ", in: context, from: "COPY ")
    {
      return (data.lowerBound, line)
    }
    let block = "PL/pgSQL function inline_code_block"
    if statement.words.first == "do", let body = bodyOffset,
      let line = Self.number(after: " line ", in: context, from: block)
    {
      return (body, line)
    }
    return nil
  }

  private var bodyOffset: Int? {
    var lexer = Lexer(script.source, in: statement.range)
    while let token = try? lexer.next() {
      if token.kind == .dollarString || token.kind == .string { return token.range.lowerBound }
    }
    return nil
  }

  /// `3` in `COPY t, line 3, column a`, taken from the last line of the context that begins so: the outermost.
  private static func number(after marker: String, in context: String, from beginning: String) -> Int? {
    guard let line = context.split(separator: "\n").last(where: { $0.hasPrefix(beginning) }),
      let place = line.firstRange(of: marker)
    else { return nil }
    return Int(line[place.upperBound...].prefix { $0.isNumber })
  }
}
