/// What became of a text: its changed lines with three around them, as `diff -u` shows them.
///
/// Line ends and a byte-order mark do not count, as they do not for a `Checksum`.
public struct UnifiedDiff: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case context = " "
    case removed = "-"
    case added = "+"
  }

  public struct Line: Sendable, Hashable {
    public let kind: Kind
    public let text: String
  }

  public struct Hunk: Sendable, Hashable {
    /// Which lines of either text, counted from 0.
    public let old: Range<Int>
    public let new: Range<Int>
    public let lines: [Line]

    /// `@@ -1,3 +1,4 @@`; of an empty side the format names the line before.
    public var heading: String { "@@ -\(Self.written(old)) +\(Self.written(new)) @@" }

    private static func written(_ range: Range<Int>) -> String {
      "\(range.isEmpty ? range.lowerBound : range.lowerBound + 1),\(range.count)"
    }
  }

  /// What the two texts are called.
  public let oldName: String
  public let newName: String
  public let hunks: [Hunk]

  static let context = 3

  package init(from old: [UInt8], named oldName: String, to new: [UInt8], named newName: String) {
    self.oldName = oldName
    self.newName = newName
    let (old, new) = (Self.lines(old), Self.lines(new))
    hunks = Self.hunks(old, new, LineMatching(old: old, new: new))
  }

  /// All of it, as a program reads it; `DiffText` is for a person.
  public var text: String {
    (["--- \(oldName)", "+++ \(newName)"]
      + hunks.flatMap { hunk in [hunk.heading] + hunk.lines.map { $0.kind.rawValue + $0.text } })
      .joined(separator: "\n")
  }

  public var isEmpty: Bool { hunks.isEmpty }

  /// The first line of the new text that is not as it was, counted from 1.
  public var firstChange: Int? {
    hunks.first.map { hunk in
      hunk.new.lowerBound + hunk.lines.prefix { $0.kind == .context }.count + 1
    }
  }

  /// How many lines went and came.
  public var counts: (removed: Int, added: Int) {
    let lines = hunks.flatMap(\.lines)
    return (lines.count { $0.kind == .removed }, lines.count { $0.kind == .added })
  }

  // MARK: From two texts to hunks

  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let text = Checksum.normalised(bytes)
    return text.isEmpty ? [] : text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  }

  /// A line of either text with the numbers that it, or the next one, has on both sides.
  private struct Place {
    let line: Line
    let old: Int
    let new: Int
  }

  private static func hunks(
    _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>], _ matching: LineMatching
  ) -> [Hunk] {
    let places = places(old, new, matching)
    return ranges(of: places).map { range in
      let (lines, first) = (places[range].map(\.line), places[range.lowerBound])
      return Hunk(
        old: first.old..<first.old + lines.count { $0.kind != .added },
        new: first.new..<first.new + lines.count { $0.kind != .removed }, lines: lines)
    }
  }

  private static func places(
    _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>], _ matching: LineMatching
  ) -> [Place] {
    var places: [Place] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      let kind: Kind
      if i < old.count, matching.removed[i] {
        kind = .removed
      } else if j < new.count, matching.added[j] {
        kind = .added
      } else {
        kind = .context
      }
      let text = String(decoding: kind == .added ? new[j] : old[i], as: UTF8.self)
      places.append(Place(line: Line(kind: kind, text: text), old: i, new: j))
      if kind != .added { i += 1 }
      if kind != .removed { j += 1 }
    }
    return places
  }

  /// What is shown: the changes and what stands around them, joined where that meets.
  private static func ranges(of places: [Place]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for index in places.indices where places[index].line.kind != .context {
      let range = max(0, index - context)..<min(places.count, index + context + 1)
      if let last = ranges.last, last.upperBound >= range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return ranges
  }
}
