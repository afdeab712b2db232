import Replication
import Testing

@Suite("Change assembler") struct ChangeAssemblerTests {
  @Test func `changes come with their relation, between begin and commit`() throws {
    #expect(
      summary(try assemble(Recording.insert))
        == ["begin", "insert notes (1, hello, ok, t)", "insert notes (2, null, null, f)", "commit"])
    #expect(
      summary(try assemble(Recording.keyChange))
        == ["begin", "update notes key (1, null, null, null) to (10, bye, ok, t)", "commit"])
    #expect(
      summary(try assemble(Recording.truncate)) == [
        "begin", "truncate notes narrow cascade restart", "commit",
      ])
    #expect(
      summary(try assemble(Recording.origin))
        == ["begin", "origin elsewhere", "insert notes (8, from afar, null, null)", "commit"])
  }

  @Test func `a row is asked by column name`() throws {
    let events = try assemble(Recording.keyChange)
    guard case .change(let change) = events[1] else { throw UnexpectedEvent(events[1]) }
    #expect(change.new?["body"] == .text("bye"))
    #expect(change.old?["id"] == .text("1"))
    #expect(change.new?["upper_body"] == nil, "generated columns are not sent")
  }

  @Test func `a column outside the list is not there`() throws {
    let events = try assemble(Recording.columnList)
    guard case .change(let change) = events[1] else { throw UnexpectedEvent(events[1]) }
    #expect(change.relations.map { $0.columns.map(\.name) } == [["id", "shown"]])
    #expect(change.new?["hidden"] == nil)
  }

  @Test func `an unchanged large value is taken from the whole old row, and else stays unchanged`() throws {
    #expect(
      summary(try assemble(Recording.unchangedToastFull))
        == ["begin", "update audited (5, q, 2040 bytes) to (5, r, 2040 bytes)", "commit"])
    #expect(
      summary(try assemble(Recording.unchangedToast)) == ["begin", "update big (1, y, unchanged)", "commit"])
  }

  @Test func `messages outside a transaction stand by themselves`() throws {
    #expect(
      summary(try assemble(Recording.logicalMessages))
        == ["message ping: at once", "begin", "message chat: kept", "commit"])
  }

  @Test func `a streamed transaction comes whole at its commit, without what was rolled back`() throws {
    var recording = Recording.streamed
    let commit = recording.removeLast()
    #expect(try assemble(recording) == [])
    #expect(
      summary(try assemble(recording + [commit]))
        == [
          "begin", "insert narrow (100, row 100)", "insert narrow (101, row 101)",
          "insert narrow (102, row 102)",
          "insert narrow (300, again)", "insert narrow (301, again)", "commit",
        ])
  }

  @Test func `rows of a subtransaction that was rolled back after they were streamed are dropped`() throws {
    var recording = Recording.streamed
    // The same stream with the second block's subtransaction aborted.
    recording.insert(Recording.bytes("4100000343" + "00000345"), at: recording.count - 1)
    #expect(
      summary(try assemble(recording)).filter { $0.hasPrefix("insert") }
        == ["insert narrow (100, row 100)", "insert narrow (101, row 101)", "insert narrow (102, row 102)"])
  }

  @Test func `a streamed transaction that is rolled back leaves nothing`() throws {
    var recording = Recording.streamed.dropLast() + [Recording.bytes("4100000343" + "00000343")]
    #expect(try assemble(Array(recording)) == [])
    recording.append(Recording.streamed[12])
    #expect(throws: UnexpectedMessage.unknownStreamedTransaction(0x343)) { try assemble(Array(recording)) }
  }

  @Test func `streamed transactions may interleave with each other`() throws {
    func block(_ transaction: String, _ value: String) -> [[UInt8]] {
      [
        Recording.bytes("53" + transaction + "00"),
        Recording.bytes(
          "52" + transaction + "00000001" + "7300" + "7400" + "64" + "0001" + "016100" + "00000017ffffffff"),
        Recording.bytes("49" + transaction + "00000001" + "4e0001" + "7400000001" + value),
        [0x45],
      ]
    }
    func commit(_ transaction: String) -> [UInt8] {
      Recording.bytes("63" + transaction + "00" + String(repeating: "00", count: 24))
    }
    let one = "00000001"
    let two = "00000002"
    let events = try assemble(
      block(one, "31") + block(two, "32") + block(one, "33") + [commit(two), commit(one)])
    #expect(
      summary(events)
        == ["begin", "insert t (2)", "commit", "begin", "insert t (1)", "insert t (3)", "commit"])
  }

  @Test func `messages that cannot come now are errors`() throws {
    let insert = Recording.insert
    #expect(throws: UnexpectedMessage.insideTransaction(message: "Begin", open: 0x32F)) {
      var messages = insert
      messages.insert(Recording.bytes("42" + String(repeating: "00", count: 16) + "00000009"), at: 1)
      messages[0] = Array(messages[0].dropLast(4)) + [0, 0, 3, 0x2F]
      return try assemble(messages)
    }
    #expect(throws: UnexpectedMessage.outsideTransaction(message: "Commit")) {
      try assemble([insert[5]])
    }
    #expect(throws: UnexpectedMessage.outsideTransaction(message: "change")) {
      try assemble([insert[2], insert[3]])
    }
    #expect(throws: UnexpectedMessage.self) { try assemble([insert[0], insert[3]]) }
    #expect(throws: UnexpectedMessage.columnCount(relation: "public.notes", expected: 4, found: 0)) {
      let empty = Array(insert[3][..<6]) + [0, 0]
      return try assemble([insert[0], insert[1], insert[2], empty])
    }
  }
}

struct UnexpectedEvent: Error {
  var event: StreamEvent
  init(_ event: StreamEvent) { self.event = event }
}
