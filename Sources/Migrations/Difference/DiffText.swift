/// A difference as lines for a person: what would hide is spelled out, what is too long is cut.
public struct DiffText: Sendable {
  public enum Part: Sendable { case name, heading, context, removed, added, remark }

  public let lines: [(part: Part, text: String)]

  /// At most so many lines of hunks are shown.
  public init(_ diff: UnifiedDiff, limit: Int = 60) {
    var lines: [(Part, String)] = [(.name, "--- \(diff.oldName)"), (.name, "+++ \(diff.newName)")]
    let all = diff.hunks.flatMap { hunk in [(Part.heading, hunk.heading)] + Self.shown(hunk.lines) }
    lines += all.prefix(limit)
    let rest = all.dropFirst(limit).count { $0.0 == .removed || $0.0 == .added }
    if rest > 0 {
      lines.append(
        (.remark, "… \(rest) more changed line\(rest == 1 ? "" : "s"); muster status --json has them all"))
    }
    self.lines = lines
  }

  public var plain: String { lines.map(\.text).joined(separator: "\n") }

  // MARK: Lines

  /// A line that went is shown beside the one that came in its place, so that what sets them apart can be seen.
  private static func shown(_ lines: [UnifiedDiff.Line]) -> [(Part, String)] {
    var result: [(Part, String)] = []
    var rest = lines[...]
    while let line = rest.first {
      let removed = rest.prefix { $0.kind == .removed }
      let added = rest.dropFirst(removed.count).prefix { $0.kind == .added }
      guard !removed.isEmpty || !added.isEmpty else {
        result.append((.context, " " + LineText.cut(LineText.visible(line.text), from: 0)))
        rest.removeFirst()
        continue
      }
      let pairs = zip(removed, added).map { LineText.pair($0.text, $1.text) }
      result += (pairs.map(\.0) + removed.dropFirst(pairs.count).map { LineText.lone($0.text) })
        .map { (.removed, "-" + $0) }
      result += (pairs.map(\.1) + added.dropFirst(pairs.count).map { LineText.lone($0.text) })
        .map { (.added, "+" + $0) }
      rest = rest.dropFirst(removed.count + added.count)
    }
    return result
  }
}

/// One line of text as it can be shown.
enum LineText {
  /// The most characters that are shown of a line.
  static let limit = 200

  static func lone(_ text: String) -> String { cut(visible(text), from: 0) }

  /// Two lines that differ, each from shortly before the place where they do.
  static func pair(_ old: String, _ new: String) -> (String, String) {
    let looksSame = bare(old) == bare(new)
    let (old, new) = (visible(old, spelledOut: looksSame), visible(new, spelledOut: looksSame))
    let same = zip(old.unicodeScalars, new.unicodeScalars).prefix { $0 == $1 }.count
    return (cut(old, from: same), cut(new, from: same))
  }

  /// A window that shows the given place, counted in scalars.
  static func cut(_ text: String, from place: Int) -> String {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count > limit else { return text }
    let first = place < limit / 2 ? 0 : min(place - limit / 4, scalars.count - limit)
    let shown = String(String.UnicodeScalarView(scalars[first..<min(scalars.count, first + limit)]))
    return (first > 0 ? "…" : "") + shown + (first + limit < scalars.count ? "…" : "")
  }

  /// Control and format characters by their numbers: they could hide a change, or speak to the terminal. Spelled out, so
  /// are tabs, blanks at the end, and whatever is not ASCII.
  static func visible(_ text: String, spelledOut: Bool = false) -> String {
    let scalars = Array(text.unicodeScalars)
    let end = spelledOut ? (scalars.lastIndex { $0 != " " } ?? -1) + 1 : scalars.count
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      let isPlain =
        spelledOut ? (" "..."~").contains(scalar) && index < end : scalar == "\t" || !isHidden(scalar)
      if isPlain {
        result.unicodeScalars.append(scalar)
      } else {
        let number = String(scalar.value, radix: 16, uppercase: true)
        result += "<U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number + ">"
      }
    }
    return result
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
    default: false
    }
  }

  /// What a reader sees of a line when blanks are all alike. Strings compare as Unicode does.
  private static func bare(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
