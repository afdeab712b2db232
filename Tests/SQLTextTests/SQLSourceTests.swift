import SQLText
import Testing

@Suite struct SQLSourceTests {
  @Test func `counts lines and characters as an editor does`() throws {
    let source = try SQLSource(name: "x", text: "a\r\nbé数x\n\ry")
    let places = source.bytes.indices.filter { source.bytes[$0] < 0x80 || source.bytes[$0] >= 0xC0 }
    let positions = places.map { source.position(at: $0).description }
    #expect(positions == ["1:1", "1:2", "1:3", "2:1", "2:2", "2:3", "2:4", "2:5", "3:1", "4:1"])
    #expect(source.position(at: source.bytes.count).description == "4:2")
    #expect((1...5).map(source.line) == ["a", "bé数x", "", "y", ""])
  }

  @Test func `finds the place that the server counted in characters`() throws {
    let source = try SQLSource(name: "x", text: "-- é\nselect 'é数😀', nope")
    let statement = 6
    let offset = source.offset(statement, advancedByCharacters: 14)
    #expect(source.position(at: offset).description == "2:15")
    #expect(source.text(offset..<source.bytes.count) == "nope")
  }

  @Test func `the caret stands under its character`() throws {
    let source = try SQLSource(name: "x", text: "select '数e\u{301}',\tnope")
    let place = try #require(source.bytes.firstIndex(of: UInt8(ascii: "n")))
    let blank = String(repeating: " ", count: 13)
    #expect(
      source.place(at: place).excerpt == "1 | select '数e\u{301}',\tnope\n  | \(blank)\t^")
  }

  @Test func `a long line is shown around the place`() throws {
    let text = String(repeating: "a", count: 300) + "!" + String(repeating: "b", count: 300)
    let source = try SQLSource(name: "x", text: text)
    let lines = source.place(at: 300, window: 20).excerpt.split(separator: "\n")
    #expect(lines == ["1 | …aaaaaaaaaa!bbbbbbbbb…", "  |            ^"])
  }

  @Test(
    arguments: [
      ([0x61, 0xFF], "1:2"), ([0x0A, 0xC3], "2:1"), ([0xC0, 0x80], "1:1"), ([0xED, 0xA0, 0x80], "1:1"),
      ([0xF4, 0x90, 0x80, 0x80], "1:1"), ([0xC3, 0xA9, 0xE2, 0x82], "1:2"), ([0x61, 0x00], "1:2"),
      ([0xF8], "1:1"),
      ([0xE0, 0x9F, 0x80], "1:1"), ([0x80], "1:1"),
    ] as [([UInt8], String)])
  func `bytes that are no text are named by place`(bytes: [UInt8], place: String) throws {
    let error = try #require(throws: SQLTextError.self) { try SQLSource(name: "f.sql", bytes: bytes) }
    #expect(error.position.description == place)
    #expect(error.description.hasPrefix("f.sql:\(place): "))
  }

  @Test func `says when a file is UTF-16`() throws {
    let error = try #require(throws: SQLTextError.self) {
      try SQLSource(name: "f.sql", bytes: [0xFF, 0xFE, 0x61, 0])
    }
    #expect(error.message.contains("UTF-16"))
  }

  @Test func `takes every well-formed length`() throws {
    let source = try SQLSource(name: "x", text: "aé数😀\u{10FFFF}\u{D7FF}\u{E000}")
    #expect(source.position(at: source.bytes.count).column == 8)
  }
}
