import SQLText

/// goose's `-- +goose ENVSUB ON`: variables of the environment in the text, line by line, as goose replaces them, but only
/// those that the user allows by name.
///
/// `$NAME`, `${NAME}`, `${NAME:-default}` where it is unset or empty, `${NAME-default}` where it is unset, `${NAME?problem}`,
/// `${NAME:offset:length}`. `$$` and `\\$` are a dollar sign, inside `$$ … $$` too: goose's way is to switch it off there.
public struct EnvironmentSubstitution: Sendable, Hashable {
  /// The parts of the file, from whole line to whole line.
  let ranges: [Range<Int>]

  /// Throws `FileError` where a variable is not allowed, or what stands there is nothing that goose takes.
  func filled(_ source: SQLSource, _ context: ScriptContext) throws(FileError) -> SQLSource {
    let allowed = Self.allowed(in: source, context)
    var places: [(range: Range<Int>, value: [UInt8])] = []
    for range in ranges {
      var start = range.lowerBound
      while start < range.upperBound {
        let line = source.bytes[start..<range.upperBound]
        let end = line.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? range.upperBound
        var reader = Reader(
          source: source, end: end, at: start, allowed: allowed, context: context)
        if !reader.isComment { places += try reader.replacements() }
        start = end
      }
    }
    return source.replacing(places)
  }

  /// Those of the command line, and those that the file names as Muster's own do.
  private static func allowed(in source: SQLSource, _ context: ScriptContext) -> [String: String] {
    var allowed = context.variables
    for marker in MarkerComment.all(in: source.bytes, beginning: "muster:") where marker.words.count == 3 {
      let name = String(marker.words[2])
      if marker.words[1] == "env", let value = context.environment(name) { allowed[name] = value }
    }
    return allowed
  }
}

/// Reads one line.
private struct Reader {
  let source: SQLSource
  let end: Int
  var at: Int
  let allowed: [String: String]
  let context: ScriptContext

  private var next: UInt8? { at < end ? source.bytes[at] : nil }

  private func begins(_ text: String) -> Bool { source.bytes[at..<end].starts(with: Array(text.utf8)) }

  /// Has no part in what is sent.
  var isComment: Bool {
    source.bytes[at..<end].drop { $0 == 0x20 || $0 == 0x09 }.starts(with: Array("--".utf8))
  }

  mutating func replacements() throws(FileError) -> [(range: Range<Int>, value: [UInt8])] {
    var places: [(range: Range<Int>, value: [UInt8])] = []
    while next != nil {
      let start = at
      guard let value = try piece() else {
        at += 1
        continue
      }
      places.append((start..<at, value))
    }
    return places
  }

  /// What stands for what begins here; nil for what stands for itself.
  private mutating func piece() throws(FileError) -> [UInt8]? {
    if begins(#"\\"#) {
      at += 2
      return Array(#"\\"#.utf8)
    }
    if begins(#"\$"#) || begins("$$") {
      at += 2
      return [UInt8(ascii: "$")]
    }
    let isLast = at + 1 >= end || source.bytes[at + 1] == 0x0A || source.bytes[at + 1] == 0x0D
    guard next == UInt8(ascii: "$"), !begins("$("), !isLast else { return nil }
    let start = at
    at += 1
    guard next == UInt8(ascii: "{") else { return try value(of: name(), from: start) }
    at += 1
    return try braced(from: start)
  }

  private mutating func braced(from start: Int) throws(FileError) -> [UInt8] {
    let name = try name()
    let value: [UInt8]
    if begins(":-") || begins("-") {
      let takesEmpty = begins("-")
      at += takesEmpty ? 1 : 2
      let alternative = try text()
      let isThere = allowed[name] != nil || context.environment(name) != nil
      let given = isThere ? try self.value(of: name, from: start) : nil
      value = given.flatMap { $0.isEmpty && !takesEmpty ? nil : $0 } ?? alternative
    } else if begins("?") {
      at += 1
      let problem = String(decoding: try text(), as: UTF8.self)
      guard allowed[name] != nil || context.environment(name) != nil else {
        throw fault("\(name): \(problem)", at: start)
      }
      value = try self.value(of: name, from: start)
    } else if begins(":") {
      value = try part(of: self.value(of: name, from: start))
    } else {
      value = try self.value(of: name, from: start)
    }
    guard next == UInt8(ascii: "}") else {
      throw fault("\"${\(name)\" goes on with }, :-, -, ? or :number, and ends in the same line", at: at)
    }
    at += 1
    return value
  }

  /// Up to the closing brace.
  private mutating func text() throws(FileError) -> [UInt8] {
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "}") {
      if let value = try piece() {
        text += value
      } else {
        text.append(byte)
        at += 1
      }
    }
    return text
  }

  /// `:offset` or `:offset:length`, from the end where the offset is negative.
  private mutating func part(of value: [UInt8]) throws(FileError) -> [UInt8] {
    var offset = try number()
    if offset < 0 { offset = max(0, value.count + offset) }
    let rest = value.dropFirst(offset)
    guard begins(":") else { return Array(rest) }
    let length = try number()
    return Array(length < 0 ? rest.dropLast(-length) : rest.prefix(length))
  }

  private mutating func number() throws(FileError) -> Int {
    at += 1
    let start = at
    while let byte = next, byte != UInt8(ascii: ":"), byte != UInt8(ascii: "}") { at += 1 }
    let text = String(decoding: source.bytes[start..<at], as: UTF8.self)
    guard let number = Int(text.filter { $0 != " " }) else {
      throw fault("\"\(text)\" is no number", at: start)
    }
    return number
  }

  private mutating func name() throws(FileError) -> String {
    let start = at
    while let byte = next, Self.isLetter(byte) || ASCIIText.isDigit(byte) || byte == UInt8(ascii: "_") {
      at += 1
    }
    guard at > start, Self.isLetter(source.bytes[start]) else {
      throw fault(
        "between ENVSUB ON and OFF a dollar sign is followed by the name of a variable, or by another one",
        at: start)
    }
    return String(decoding: source.bytes[start..<at], as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func value(of name: String, from start: Int) throws(FileError) -> [UInt8] {
    guard let value = allowed[name] ?? (context.givesAll ? context.environment(name) : nil) else {
      throw FileError(.notAllowed(variable: name), in: source, at: start)
    }
    return Array(value.utf8)
  }

  private func fault(_ problem: String, at offset: Int) -> FileError {
    FileError(.substitution(problem), in: source, at: offset)
  }
}
