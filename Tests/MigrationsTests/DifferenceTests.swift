import Migrations
import Testing

@Suite struct DifferenceTests {
  private static func diff(_ old: String, _ new: String) -> UnifiedDiff {
    UnifiedDiff(from: Array(old.utf8), named: "old", to: Array(new.utf8), named: "new")
  }

  private static func lines(_ range: ClosedRange<Int>) -> [String] { range.map { "line \($0)" } }

  @Test func `a change is shown with three lines on either side`() {
    var lines = Self.lines(1...9)
    lines[4] = "another"
    #expect(
      DiffText(Self.diff(Self.lines(1...9).joined(separator: "\n"), lines.joined(separator: "\n"))).plain
        == """
        --- old
        +++ new
        @@ -2,7 +2,7 @@
         line 2
         line 3
         line 4
        -line 5
        +another
         line 6
         line 7
         line 8
        """)
  }

  @Test func `changes far apart are hunks of their own, and near ones are one`() {
    var lines = Self.lines(1...30)
    lines[0] = "first"
    lines[6] = "seventh"
    lines[25] = "twenty-sixth"
    let diff = Self.diff(Self.lines(1...30).joined(separator: "\n"), lines.joined(separator: "\n"))
    #expect(diff.hunks.map(\.heading) == ["@@ -1,10 +1,10 @@", "@@ -23,7 +23,7 @@"])
    #expect(diff.counts == (3, 3) && diff.firstChange == 1)
  }

  @Test(arguments: [
    ("", "a\nb"), ("a\nb", ""), ("a", "a\nb"), ("b", "a\nb"), ("a\nb\nc", "c\nb\na"), ("a\na\na", "a\nb\na"),
  ])
  func `the hunks lead from the old text to the new one`(old: String, new: String) {
    #expect(Self.applied(Self.diff(old, new), to: old) == new)
  }

  @Test func `any two texts, long ones and shuffled ones too`() {
    var random = SystemRandomNumberGenerator()
    for size in [3, 10, 50, 400, 6000] {
      for kinds in [2, 20, 100_000] {
        let old = (0..<size).map { _ in "\(Int.random(in: 0..<kinds, using: &random))" }
        var new = old
        for _ in 0..<Int.random(in: 0...(size / 2), using: &random) where !new.isEmpty {
          let place = Int.random(in: new.indices, using: &random)
          if Bool.random(using: &random) { new.remove(at: place) } else { new.insert("x\(place)", at: place) }
        }
        for text in [new, old.shuffled(using: &random)] {
          let (from, to) = (old.joined(separator: "\n"), text.joined(separator: "\n"))
          #expect(Self.applied(Self.diff(from, to), to: from) == to)
        }
      }
    }
  }

  @Test func `the script is the shortest for texts of ordinary length`() {
    #expect(Self.diff("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc").counts == (3, 2))
  }

  @Test func `line ends and a byte-order mark are no change`() {
    #expect(Self.diff("a\nb\n", "\u{FEFF}a\r\nb").isEmpty)
  }

  @Test func `what would not be seen is spelled out`() {
    #expect(
      DiffText(Self.diff("select 1;", "select 1; ")).lines.map(\.text).suffix(2) == [
        "-select 1;", "+select 1;<U+0020>",
      ])
    #expect(DiffText(Self.diff("\tx", "  x")).lines.map(\.text).suffix(2) == ["-<U+0009>x", "+  x"])
    #expect(
      DiffText(Self.diff("'\u{E9}'", "'e\u{301}'")).lines.map(\.text).suffix(2) == [
        "-'<U+00E9>'", "+'e<U+0301>'",
      ])
    #expect(DiffText(Self.diff("a", "\u{1B}[2Ja\u{202E}")).lines.last?.text == "+<U+001B>[2Ja<U+202E>")
    #expect(DiffText(Self.diff("\ta", "\tb")).lines.last?.text == "+\tb")
  }

  @Test func `long lines show the place where they part, and long differences end`() {
    let long = String(repeating: "x", count: 5000)
    let shown = DiffText(Self.diff(long + "1" + long, long + "2" + long)).lines.map(\.text).suffix(2)
    #expect(shown.allSatisfy { $0.count < 210 && $0.hasSuffix("x…") })
    #expect(shown.first?.contains("x1x") == true && shown.last?.contains("x2x") == true)
    let text = DiffText(Self.diff("", Self.lines(1...100).joined(separator: "\n")), limit: 10)
    #expect(text.lines.count == 13)
    #expect(text.lines.last?.text == "… 91 more changed lines; muster status --json has them all")
  }

  /// What `patch` would make of it.
  private static func applied(_ diff: UnifiedDiff, to old: String) -> String {
    let lines =
      old.isEmpty ? [] : old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var result: [String] = []
    var next = 0
    for hunk in diff.hunks {
      result += lines[next..<hunk.old.lowerBound]
      #expect(result.count == hunk.new.lowerBound)
      #expect(hunk.lines.filter { $0.kind != .added }.map(\.text) == Array(lines[hunk.old]))
      result += hunk.lines.filter { $0.kind != .removed }.map(\.text)
      next = hunk.old.upperBound
    }
    return (result + lines[next...]).joined(separator: "\n")
  }
}
