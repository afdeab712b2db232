extension Splitter {
  /// Obeys the psql command at a token and cuts it out of the text. Returns the colon that `\:` stands for.
  mutating func obey(_ token: Token, isInsideStatement: Bool) throws(SQLTextError) -> Token? {
    let start = token.range.lowerBound
    do {
      if let name = psql.openValue(at: start) { throw CommandArguments.Fault(.inValue(of: name), start) }
      let nameEnd = endOfName(from: start + 1, to: token.range.upperBound)
      let name = lexer.text.string(start..<nameEnd)
      if name.hasPrefix("\\:") { return literalColon(at: start) }
      var arguments = CommandArguments(
        lexer.text.bytes, in: nameEnd..<token.range.upperBound, variables: psql.variables.values)
      let file = try psql.obey(name, at: start, &arguments, in: lexer.text, isInsideStatement)
      let end = arguments.finish()
      if let file { lexer.enter(file, at: start..<end) } else { cut(start..<end) }
      return nil
    } catch let fault as CommandArguments.Fault {
      throw lexer.text.error(.command(fault.fault), at: fault.offset)
    } catch let error as SQLTextError {
      throw error
    } catch {
      throw lexer.text.error(.command(.unknown("\(error)")), at: start)
    }
  }

  /// Puts its value in the place of a variable and goes on in it. Where there is none, returns the colon.
  mutating func replace(_ token: Token) -> Token? {
    let start = token.range.lowerBound
    if let reference = VariableReference(in: lexer.text.bytes, at: start, end: token.range.upperBound),
      let value = psql.replacement(for: reference)
    {
      lexer.replace(reference.range, with: value)
      return nil
    }
    lexer.move(to: start + 1)
    return Token(kind: .other, range: start..<(start + 1))
  }

  private func endOfName(from first: Int, to end: Int) -> Int {
    let bytes = lexer.text.bytes
    return bytes[first..<end].firstIndex { ASCII.isSpace($0) || $0 == ASCII.backslash } ?? end
  }

  private mutating func literalColon(at start: Int) -> Token {
    lexer.replace(start..<(start + 2), with: [ASCII.colon])
    lexer.move(to: start + 1)
    return Token(kind: .other, range: start..<(start + 1))
  }

  /// A line that holds nothing but a command leaves nothing behind.
  private mutating func cut(_ range: Range<Int>) {
    let bytes = lexer.text.bytes
    let isLine =
      (range.lowerBound == 0 || bytes[range.lowerBound - 1] == ASCII.lineFeed)
      && range.upperBound < bytes.count && bytes[range.upperBound] == ASCII.lineFeed
    lexer.replace(range.lowerBound..<(range.upperBound + (isLine ? 1 : 0)), with: [])
  }
}

extension PsqlState {
  typealias Fault = CommandArguments.Fault

  /// Does what a command says. Returns the file that is to be read in its place.
  mutating func obey(
    _ command: String, at start: Int, _ arguments: inout CommandArguments, in text: WorkingText,
    _ isInsideStatement: Bool
  ) throws -> SQLSource? {
    if isRestricted, command != "\\unrestrict" { throw Fault(.restricted(command), start) }
    switch command {
    case "\\i", "\\include", "\\ir", "\\include_relative":
      guard !isInsideStatement else { throw Fault(.includeInStatement, start) }
      let argument = try only(&arguments, of: command, at: start)
      let isRelative = command.hasPrefix("\\ir") || command == "\\include_relative"
      return try include(argument, isRelative: isRelative, text)
    case "\\set": try set(&arguments, at: start)
    case "\\unset":
      let name = try only(&arguments, of: command, at: start)
      try named(name.start) { () throws(CommandFault) in try variables.unset(name.text) }
    case "\\restrict": restrictKey = try only(&arguments, of: command, at: start).withoutSemicolons
    case "\\unrestrict":
      let key = try only(&arguments, of: command, at: start)
      guard isRestricted else { throw Fault(.notRestricted, start) }
      guard restrictKey == key.withoutSemicolons else { throw Fault(.wrongKey, key.start) }
      restrictKey = nil
    case _ where command.hasPrefix("\\;"): throw Fault(.joinedStatements, start)
    default: throw Fault(.unknown(command), start)
    }
    return nil
  }

  /// The value is all that follows the name, its words put together without the blanks between them.
  private mutating func set(_ arguments: inout CommandArguments, at start: Int) throws {
    guard let name = try arguments.next() else { throw Fault(.argumentMissing("\\set"), start) }
    var value: [UInt8] = []
    while let word = try arguments.next() { value += word.value }
    try named(name.start) { () throws(CommandFault) in try variables.set(name.text, to: value) }
  }

  private func only(
    _ arguments: inout CommandArguments, of command: String, at start: Int
  ) throws -> CommandArguments.Argument {
    guard let argument = try arguments.next() else { throw Fault(.argumentMissing(command), start) }
    if let extra = try arguments.next(), !extra.withoutSemicolons.isEmpty {
      throw Fault(.extraArgument(command), extra.start)
    }
    return argument
  }

  private func include(
    _ argument: CommandArguments.Argument, isRelative: Bool, _ text: WorkingText
  ) throws -> SQLSource {
    let name = String(decoding: argument.withoutSemicolons, as: UTF8.self)
    let open = text.openFiles
    let path = FilePath.resolve(name, relativeTo: isRelative ? open.last : nil)
    if let first = open.firstIndex(where: { FilePath.simplified($0) == path }) {
      throw Fault(.cycle(open[first...] + [path]), argument.start)
    }
    guard open.count < Self.deepestInclude else { throw Fault(.tooDeep(Self.deepestInclude), argument.start) }
    do {
      return try SQLSource(
        name: path, bytes: try load(path), includedBy: text.place(at: argument.start))
    } catch let error as IncludeError {
      throw Fault(.unreadable(path: path, reason: error.reason), argument.start)
    }
  }

  private func named(_ offset: Int, _ body: () throws(CommandFault) -> Void) throws(Fault) {
    do { try body() } catch { throw Fault(error, offset) }
  }
}
