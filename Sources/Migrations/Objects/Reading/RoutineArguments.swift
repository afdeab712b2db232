/// The argument list of a routine, read down to what identifies it: the types of its input arguments.
///
///     inout a integer default 1, "B" numeric(10, 2), out c text   →   integer, numeric
enum RoutineArguments {
  /// Words that begin a type and can be no argument's name.
  private static let typeWords: Set<String> = [
    "bigint", "bit", "boolean", "char", "character", "dec", "decimal", "float", "int", "integer", "interval",
    "national", "nchar", "numeric", "real", "smallint", "time", "timestamp", "varchar",
  ]

  /// Nil where an argument is written in a way that does not name its type, such as `t.c%type`.
  static func types(_ list: [TokenReader]) -> [String]? {
    var types: [String] = []
    for argument in list {
      guard let (type, isInput) = read(argument) else { return nil }
      if isInput { types.append(type) }
    }
    return types
  }

  private static func read(_ argument: TokenReader) -> (type: String, isInput: Bool)? {
    var reader = argument
    var isInput = takeMode(&reader)
    if isNamed(reader) {
      reader.skip()
      isInput = takeMode(&reader) && isInput
    }
    let type = type(reader)
    return type.isEmpty || type.contains("%") ? nil : (type, isInput)
  }

  /// Returns false for OUT. A mode may stand before the name or behind it.
  private static func takeMode(_ reader: inout TokenReader) -> Bool {
    if reader.take("out") { return false }
    if reader.take("in") {
      _ = reader.take("out")
    } else if !reader.take("inout") {
      _ = reader.take("variadic")
    }
    return true
  }

  private static func isNamed(_ reader: TokenReader) -> Bool {
    if let word = reader.word() {
      if typeWords.contains(word) || word == "double" && reader.word(1) == "precision" { return false }
      if reader.word(1) == "array" { return false }
    }
    var behind = reader
    guard behind.identifier() != nil else { return false }
    // A type or its mode follows a name; behind a type comes its schema's dot, a modifier, a bracket, a default, or nothing.
    if behind.isAtEnd || behind.word() == "default" { return false }
    return behind.sign() == nil
  }

  /// The type without its modifier, up to a default.
  private static func type(_ argument: TokenReader) -> String {
    var reader = argument
    var text = ""
    while !reader.isAtEnd, reader.word() != "default", reader.sign() != "=" {
      if reader.sign() == "(" {
        _ = reader.list()
        continue
      }
      let (piece, isWord) = reader.piece()
      if isWord, let last = text.last, last != ".", last != "[" { text += " " }
      text += piece
    }
    return text
  }
}
