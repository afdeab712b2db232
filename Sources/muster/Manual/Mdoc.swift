/// Text in the language of BSD's manual pages.
struct Mdoc {
  private(set) var text = ""

  mutating func macro(_ name: String, _ arguments: String = "") {
    text += arguments.isEmpty ? ".\(name)\n" : ".\(name) \(arguments)\n"
  }

  /// Paragraphs between empty lines; lines that are indented stand as they are.
  mutating func prose(_ source: String) {
    let paragraphs = source.split(separator: "\n", omittingEmptySubsequences: false)
      .split(whereSeparator: \.isEmpty)
    for (index, lines) in paragraphs.enumerated() {
      let isLiteral = lines.allSatisfy { $0.hasPrefix("  ") }
      if isLiteral {
        macro("Bd", "-literal -offset indent")
        for line in lines { add(line.dropFirst(2)) }
        macro("Ed")
      } else {
        if index > 0 { macro("Pp") }
        for line in lines.flatMap(Self.folded) { add(line[...]) }
      }
    }
  }

  /// Tags and what stands under them.
  mutating func list(_ items: [(tag: String, text: String)]) {
    macro("Bl", "-tag -width Ds")
    for item in items {
      macro("It", item.tag)
      prose(item.text)
    }
    macro("El")
  }

  /// A line that begins as a request would is none.
  private mutating func add(_ line: Substring) {
    let line = Self.escaped(String(line))
    text += (line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" : "") + line + "\n"
  }

  /// Lines of whole words, short enough for an editor; a sentence begins on a line of its own, as mdoc wants it.
  private static func folded(_ text: Substring) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
      let last = lines.last ?? ""
      if last.isEmpty || last.hasSuffix(".") || last.utf8.count + 1 + word.utf8.count > 78 {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] += " \(word)"
      }
    }
  }

  /// For the arguments of a macro, among which short words are macros themselves.
  static func words(_ text: String) -> String {
    escaped(text).split(separator: " ").map { word in
      let isMacro = (2...3).contains(word.count) && word.first?.isUppercase == true
      return isMacro || word.allSatisfy(\.isPunctuation) ? "\\&\(word)" : String(word)
    }.joined(separator: " ")
  }

  private static func escaped(_ text: String) -> String { text.replacing("\\", with: "\\e") }
}
