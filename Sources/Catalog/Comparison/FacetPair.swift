/// A facet as it should be beside what it is.
struct FacetPair {
  let name: String
  let expected: Facet?
  let actual: Facet?

  var differs: Bool { expected?.text != actual?.text || expected?.shape != actual?.shape }

  /// What leads from the one to the other; nil where the object has to be made anew.
  var statements: [String]? {
    switch (expected, actual) {
    case (let expected?, let actual?): expected.shape == actual.shape ? expected.change : nil
    case (let expected?, nil): expected.set
    case (nil, let actual?): actual.unset
    case (nil, nil): []
    }
  }

  /// In words, in one line.
  var words: String {
    switch (expected, actual) {
    case (let expected?, let actual?): return words(due: expected.text, held: actual.text)
    case (let expected?, nil): return "\(name) is not set; in the files \(Self.shown(expected.text))"
    case (nil, let actual?): return "\(name) is \(Self.shown(actual.text)); in the files there is none"
    case (nil, nil): return name
    }
  }

  private func words(due: String, held: String) -> String {
    let (dueLines, heldLines) = (Self.lines(due), Self.lines(held))
    guard dueLines.count > 1 || heldLines.count > 1 else {
      return "\(name) is \(Self.cut(held, beside: due)); in the files \(Self.cut(due, beside: held))"
    }
    // From where they part, so that one sees the difference and not the beginning.
    let common = zip(dueLines, heldLines).prefix { $0 == $1 }.count
    func line(_ lines: [Substring], beside others: [Substring]) -> String {
      guard common < lines.count else { return "nothing" }
      let other = common < others.count ? String(others[common]) : ""
      return "“\(Self.cut(String(lines[common]), beside: other))”"
    }
    return """
      \(name) differs in line \(common + 1): \(line(heldLines, beside: dueLines)); \
      in the files \(line(dueLines, beside: heldLines))
      """
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.drop { $0 == " " || $0 == "\t" }
    }
  }

  /// A long text, cut to the surroundings of the place where it parts from the other one.
  private static func cut(_ text: String, beside other: String) -> String {
    guard text.count > widest else { return text.isEmpty ? "there" : text }
    let common = zip(text, other).prefix { $0 == $1 }.count
    let start = max(0, min(common - 20, text.count - widest))
    let shown = text.dropFirst(start).prefix(widest)
    return "\(start > 0 ? "…" : "")\(shown)\(start + shown.count < text.count ? "…" : "")"
  }

  private static let widest = 70

  private static func shown(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    if line.isEmpty { return "there" }
    return line.count > widest ? "\(line.prefix(widest - 1))…" : line
  }
}

/// What one grantee may do and should be allowed to do, in words.
struct PrivilegeWords {
  let text: String

  init(_ grantee: String, due: [String: Bool], held: [String: Bool]) {
    let who = grantee == "public" ? "everybody" : grantee
    let extra = held.filter { due[$0.key] == nil }
    let missing = due.filter { held[$0.key] == nil }
    let freer = held.filter { $0.value && due[$0.key] == false }
    let lessFree = due.filter { $0.value && held[$0.key] == false }
    var parts: [String] = []
    if !extra.isEmpty { parts.append("\(who) has \(Privileges.text(extra)), which the files do not grant") }
    if !missing.isEmpty { parts.append("\(who) lacks \(Privileges.text(missing)), which the files grant") }
    if !freer.isEmpty {
      parts.append("\(who) may pass on \(Self.names(freer)), which the files do not allow")
    }
    if !lessFree.isEmpty {
      parts.append("\(who) may not pass on \(Self.names(lessFree)), which the files allow")
    }
    text = parts.joined(separator: "; ")
  }

  private static func names(_ privileges: [String: Bool]) -> String {
    privileges.keys.sorted().map { $0.lowercased() }.joined(separator: ", ")
  }
}
