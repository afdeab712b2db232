/// The table in an `access: |` block:
///
///     |              | own                   | others' |
///     | anon         | -                     | -       |
///     | alice, bob   | select, update(name)  | -       |
///
/// A line for each persona, or for several that are alike; a column for each kind of row. `-` is nothing.
struct AccessTable {
  var columns: [Field]
  var rows: [(personas: Field, cells: [Field])]

  /// A trimmed text and where it stands.
  struct Field: Hashable {
    var text: String
    var position: Position
  }

  struct Fault: Error {
    var position: Position
    var message: String
  }

  /// Takes the lines of the block as they stand in the file, each with its number.
  init(lines: [(number: Int, text: Substring)]) throws(Fault) {
    let filled = lines.filter { $0.text.contains { !$0.isWhitespace } }
    guard let head = filled.first else {
      throw Fault(position: Position(line: lines.first?.number ?? 1, column: 1), message: "an empty table")
    }
    columns = Array(try Self.fields(of: head).dropFirst())
    rows = []
    for line in filled.dropFirst() {
      let fields = try Self.fields(of: line)
      guard fields.count == columns.count + 1 else {
        throw Fault(
          position: fields.last?.position ?? Position(line: line.number, column: 1),
          message: "\(fields.count - 1) cells, where the head has \(columns.count)")
      }
      rows.append((fields[0], Array(fields.dropFirst())))
    }
  }

  private static func fields(of line: (number: Int, text: Substring)) throws(Fault) -> [Field] {
    let parts = line.text.split(separator: "|", omittingEmptySubsequences: false)
    let margins = [parts.first, parts.last].map { $0?.allSatisfy(\.isWhitespace) ?? false }
    guard parts.count >= 3, margins == [true, true] else {
      let column = line.text.prefix { $0 == " " }.count + 1
      throw Fault(
        position: Position(line: line.number, column: column),
        message: "a line of the table begins and ends with |")
    }
    return parts.dropFirst().dropLast().map { part in
      let text = part.drop { $0 == " " }
      let column = line.text.distance(from: line.text.startIndex, to: text.startIndex) + 1
      return Field(text: text.trimmed, position: Position(line: line.number, column: column))
    }
  }
}

extension Cell {
  /// Parses `select, update(name, role)`, `all` or `-`.
  init(_ field: AccessTable.Field) throws(AccessTable.Fault) {
    self.init(grants: [:], position: field.position)
    guard field.text != "-" else { return }
    guard !field.text.isEmpty else {
      throw AccessTable.Fault(position: field.position, message: "an empty cell: write - for nothing")
    }
    for part in Self.split(field.text) { try add(part, at: field.position) }
  }

  private mutating func add(_ part: Substring, at position: Position) throws(AccessTable.Fault) {
    if part == "all" {
      for verb in [Verb.select, .insert, .update, .delete] { grants[verb] = .all }
      return
    }
    let word = part.prefix { $0 != "(" }
    guard let verb = Verb(rawValue: word.trimmed) else {
      throw AccessTable.Fault(
        position: position,
        message: "unknown verb “\(word)”; known are all, "
          + Verb.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard word.count < part.count else {
      grants[verb] = .all
      return
    }
    guard part.last == ")" else {
      throw AccessTable.Fault(position: position, message: "“\(part)” lacks its )")
    }
    let columns = part.dropFirst(word.count + 1).dropLast().split(separator: ",").map(\.trimmed)
    grants[verb] = .some(Set(columns))
  }

  /// At the commas outside parentheses.
  private static func split(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var depth = 0
    for index in text.indices {
      switch text[index] {
      case "(": depth += 1
      case ")": depth -= 1
      case "," where depth == 0:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    parts.append(text[start...])
    return parts.map { $0.drop { $0 == " " } }.map { part in
      part.dropLast(part.count - part.trimmed.count)
    }
  }
}

extension StringProtocol {
  /// Without the spaces at both ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
