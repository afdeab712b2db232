import SQLText
import Testing

@Suite struct DirectiveCommentTests {
  private static func directives(_ text: String) throws -> [DirectiveComment] {
    try Splitter.split(SQLSource(name: "x", text: text)).directives
  }

  @Test func `reads name, argument and place`() throws {
    let found = try Self.directives(
      "-- header\n--  muster:  lock-timeout   10 s  \r\n--muster:no-transaction\nselect 1")
    #expect(found.map(\.name) == ["lock-timeout", "no-transaction"])
    #expect(found.map(\.argument) == ["10 s", ""])
    #expect(found.map(\.nameOffset) == [23, 55])
    #expect(found.map(\.argumentOffset) == [38, 69])
  }

  @Test func `says where it stands among the statements`() throws {
    let found = try Self.directives(
      "-- muster: a\nselect 1;\n-- muster: b\nselect -- muster: c\n2; -- muster: d")
    #expect(found.map(\.statementsBefore) == [0, 1, 1, 2])
    #expect(found.map(\.isInsideStatement) == [false, false, true, false])
  }

  @Test func `other comments and strings are none`() throws {
    let text =
      "-- Muster: is a word\n-- about muster: x\n/* muster: x */ select '-- muster: x', $$\n-- muster: x\n$$"
    #expect(try Self.directives(text).isEmpty)
  }
}
