/// The arguments of a psql command, read one after another to the end of its line or to the next command.
///
/// Quotes, escapes and variables are psql's; a program in backquotes is refused.
struct CommandArguments {
  struct Argument {
    var value: [UInt8] = []
    var start: Int
    /// How many bytes at the end of the value stood there without quotes.
    var unquoted = 0

    var text: String { String(decoding: value, as: UTF8.self) }

    /// psql takes semicolons off the end of most arguments, because people write them.
    var withoutSemicolons: [UInt8] {
      var value = value
      while value.last == ASCII.semicolon, value.count > self.value.count - unquoted { value.removeLast() }
      return value
    }
  }

  struct Fault: Error {
    let fault: CommandFault
    let offset: Int

    init(_ fault: CommandFault, _ offset: Int) {
      self.fault = fault
      self.offset = offset
    }
  }

  private let bytes: [UInt8]
  /// The first byte that was not read.
  private(set) var offset: Int
  private let end: Int
  private let variables: [String: [UInt8]]

  init(_ bytes: [UInt8], in range: Range<Int>, variables: [String: [UInt8]]) {
    self.bytes = bytes
    self.offset = range.lowerBound
    self.end = range.upperBound
    self.variables = variables
  }

  /// The next argument, nil where there is none. A backslash ends them: it begins another command, or is `\\`.
  mutating func next() throws(Fault) -> Argument? {
    while let byte = peek(), ASCII.isSpace(byte) { offset += 1 }
    guard let byte = peek(), byte != ASCII.backslash else { return nil }
    var argument = Argument(start: offset)
    while let byte = peek(), !ASCII.isSpace(byte), byte != ASCII.backslash {
      switch byte {
      case ASCII.quote: try quoted(&argument)
      case ASCII.doubleQuote: try doubleQuoted(&argument)
      case UInt8(ascii: "`"): throw Fault(.program, offset)
      case ASCII.colon: variable(&argument)
      default: plain(&argument)
      }
    }
    return argument
  }

  /// Reads over the `\\` that ends a command, and says where SQL goes on.
  mutating func finish() -> Int {
    while let byte = peek(), ASCII.isSpace(byte) { offset += 1 }
    if peek() == ASCII.backslash, offset + 1 < end, bytes[offset + 1] == ASCII.backslash { offset += 2 }
    return offset
  }

  // MARK: States

  private mutating func plain(_ argument: inout Argument) {
    argument.value.append(bytes[offset])
    argument.unquoted += 1
    offset += 1
  }

  private mutating func variable(_ argument: inout Argument) {
    guard let reference = VariableReference(in: bytes, at: offset, end: end) else { return plain(&argument) }
    argument.value += reference.replacement(variables[reference.name]) ?? Array(bytes[reference.range])
    argument.unquoted = 0
    offset = reference.range.upperBound
  }

  private mutating func doubleQuoted(_ argument: inout Argument) throws(Fault) {
    let rest = bytes[(offset + 1)..<end]
    guard let close = rest.firstIndex(of: ASCII.doubleQuote) else {
      throw Fault(.unterminatedQuote, offset)
    }
    argument.value += bytes[offset...close]
    argument.unquoted = 0
    offset = close + 1
  }

  private mutating func quoted(_ argument: inout Argument) throws(Fault) {
    let start = offset
    offset += 1
    argument.unquoted = 0
    while let byte = peek() {
      offset += 1
      if byte == ASCII.backslash {
        escape(&argument)
      } else if byte != ASCII.quote {
        argument.value.append(byte)
      } else if peek() == ASCII.quote {
        argument.value.append(byte)
        offset += 1
      } else {
        return
      }
    }
    throw Fault(.unterminatedQuote, start)
  }

  /// What stands behind a backslash between quotes.
  private mutating func escape(_ argument: inout Argument) {
    guard let byte = peek() else { return }
    offset += 1
    switch byte {
    case UInt8(ascii: "n"): argument.value.append(ASCII.lineFeed)
    case UInt8(ascii: "t"): argument.value.append(0x09)
    case UInt8(ascii: "b"): argument.value.append(0x08)
    case UInt8(ascii: "r"): argument.value.append(ASCII.carriageReturn)
    case UInt8(ascii: "f"): argument.value.append(0x0C)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      offset -= 1
      argument.value.append(number(radix: 8, digits: 3) ?? byte)
    case UInt8(ascii: "x"):
      argument.value.append(number(radix: 16, digits: 2) ?? byte)
    default: argument.value.append(byte)
    }
  }

  private mutating func number(radix: Int, digits: Int) -> UInt8? {
    let text = String(decoding: bytes[offset..<min(offset + digits, end)], as: UTF8.self)
      .prefix { $0.isASCII && Int(String($0), radix: radix) != nil }
    guard let value = Int(text, radix: radix) else { return nil }
    offset += text.utf8.count
    return UInt8(truncatingIfNeeded: value)
  }

  private func peek() -> UInt8? { offset < end ? bytes[offset] : nil }
}
