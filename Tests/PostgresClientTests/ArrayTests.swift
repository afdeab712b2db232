import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct ArrayTests {
  @Test(arguments: [[], ["a"], ["", "NULL", "a \"b\"", "\\", "{,}", "\"\u{301}"]] as [[String]])
  func arraysOfTextSurvive(array: [String]) throws {
    let text = try #require(array.postgresText)
    #expect([String](postgresText: text) == array)
  }

  @Test func arraysMayHoldNull() {
    #expect([Int?](postgresText: "{1,NULL,3}") == [1, nil, 3])
    #expect([Int](postgresText: "{1,NULL,3}") == nil)
  }

  @Test func bytesAreBytea() {
    #expect(([0, 255] as [UInt8]).postgresText == "\\x00ff")
    #expect([UInt8](postgresText: "\\x00ff") == [0, 255])
    #expect([UInt8](postgresText: "a\\\\\\000") == [97, 92, 0])
  }
}
