import Replication
import Testing

@Suite("Message decoder, on recorded messages") struct MessageDecoderTests {
  @Test func `insert, line by line`() throws {
    let messages = try decode(Recording.insert).map(\.message)
    try #require(messages.count == 6)

    guard case .begin(let begin) = messages[0] else { throw Unexpected(messages[0]) }
    guard case .type(let type) = messages[1] else { throw Unexpected(messages[1]) }
    #expect((type.schema, type.name) == ("public", "mood"))
    guard case .relation(let relation) = messages[2] else { throw Unexpected(messages[2]) }
    #expect(relation.description == "public.notes")
    #expect(relation.replicaIdentity == .primaryKey)
    #expect(
      relation.columns == [
        .init(name: "id", type: 23, isKey: true), .init(name: "body", type: 25),
        .init(name: "mood", type: type.id), .init(name: "fine", type: 16),
      ])
    #expect(
      messages[3]
        == .insert(relation: relation.id, new: [.text("1"), .text("hello"), .text("ok"), .text("t")]))
    #expect(messages[4] == .insert(relation: relation.id, new: [.text("2"), .null, .null, .text("f")]))
    guard case .commit(let commit) = messages[5] else { throw Unexpected(messages[5]) }
    #expect(commit.commitLSN == begin.commitLSN)
    #expect(commit.endLSN.rawValue == begin.commitLSN.rawValue + 0x30)
    #expect(commit.commitTime == begin.commitTime)
  }

  @Test func `an update carries the old key only when the key changes`() throws {
    #expect(try changes(Recording.update) == [.update(old: nil, new: ["1", "bye", "ok", "t"])])
    #expect(
      try changes(Recording.keyChange)
        == [.update(old: .key([.text("1"), .null, .null, .null]), new: ["10", "bye", "ok", "t"])])
  }

  @Test func `a delete carries the key`() throws {
    #expect(try changes(Recording.delete) == [.delete(.key([.text("2"), .null, .null, .null]))])
  }

  @Test func `replica identity full carries the whole old row`() throws {
    #expect(
      try changes(Recording.replicaIdentityFull)
        == [
          .insert(["1", "a"]),
          .update(old: .full([.text("1"), .text("a")]), new: ["1", "b"]),
          .delete(.full([.text("1"), .text("b")])),
        ])
  }

  @Test func `a large value that was left alone is unchanged, not null`() throws {
    let last = try decode(Recording.unchangedToast)[2].message
    guard case .update(_, nil, let new) = last else { throw Unexpected(last) }
    #expect(new == [.text("1"), .text("y"), .unchanged])
  }

  @Test func `truncate names its relations and options`() throws {
    let messages = try decode(Recording.truncate).map(\.message)
    guard case .relation(let notes) = messages[2], case .relation(let narrow) = messages[3] else {
      throw Unexpected(messages[2])
    }
    #expect(
      messages[4]
        == .truncate(.init(relations: [notes.id, narrow.id], cascades: true, restartsIdentity: true)))
  }

  @Test func `logical messages, at once and in a transaction`() throws {
    let messages = try decode(Recording.logicalMessages).map(\.message)
    guard case .logical(let ping) = messages[0], case .logical(let chat) = messages[2] else {
      throw Unexpected(messages[0])
    }
    #expect(!ping.isTransactional)
    #expect((ping.prefix, String(decoding: ping.content, as: UTF8.self)) == ("ping", "at once"))
    #expect(chat.isTransactional)
    #expect((chat.prefix, String(decoding: chat.content, as: UTF8.self)) == ("chat", "kept"))
  }

  @Test func `binary values are left as they are`() throws {
    let insert = try decode(Recording.binary)[3].message
    guard case .insert(_, let new) = insert else { throw Unexpected(insert) }
    #expect(
      new == [.binary([0, 0, 0, 7]), .binary(Array("bin".utf8)), .binary(Array("sad".utf8)), .binary([1])])
  }

  @Test func `an origin follows its begin`() throws {
    let origin = try decode(Recording.origin)[1].message
    #expect(origin == .origin(.init(commitLSN: LSN(rawValue: 0xABCD), name: "elsewhere")))
  }

  @Test func `inside a streamed block messages carry their subtransaction`() throws {
    let messages = try decode(Recording.streamed)
    guard case .streamStart(let transaction, isFirst: true) = messages[0].message else {
      throw Unexpected(messages[0].message)
    }
    #expect(messages[1...4].allSatisfy { $0.subtransaction == transaction })
    #expect(messages[5].message == .streamStop)
    #expect(
      messages[6].message == .streamAbort(transaction: transaction, subtransaction: transaction + 1))
    #expect(messages[6].subtransaction == nil)
    #expect(messages[7].message == .streamStart(transaction: transaction, isFirst: false))
    #expect(messages[8...10].allSatisfy { $0.subtransaction == transaction + 2 })
    guard case .streamCommit(transaction, _) = messages[12].message else {
      throw Unexpected(messages[12].message)
    }
  }

  @Test func `the empty schema is pg_catalog`() throws {
    let relation = try decode([Recording.bytes("520000000100" + "74006e0000")])[0].message
    #expect(
      relation
        == .relation(Relation(id: 1, schema: "pg_catalog", name: "t", replicaIdentity: .nothing, columns: []))
    )
  }
}

/// A change without its relation, with the new row as texts.
private enum Bare: Equatable {
  case insert([String])
  case update(old: OldTuple?, new: [String])
  case delete(OldTuple)
}

private func changes(_ recording: [[UInt8]]) throws -> [Bare] {
  try decode(recording).compactMap { decoded in
    switch decoded.message {
    case .insert(_, let new): .insert(new.compactMap(\.text))
    case .update(_, let old, let new): .update(old: old, new: new.compactMap(\.text))
    case .delete(_, let old): .delete(old)
    default: nil
    }
  }
}

struct Unexpected: Error {
  var message: Message
  init(_ message: Message) { self.message = message }
}
