/// A message, and inside a streamed block the transaction or subtransaction that it belongs to.
public struct DecodedMessage: Sendable, Hashable {
  public var subtransaction: TransactionID?
  public var message: Message

  public init(_ message: Message, subtransaction: TransactionID? = nil) {
    self.message = message
    self.subtransaction = subtransaction
  }
}

/// Decodes the messages of one stream in the order they came.
///
/// Order matters in one point: between `streamStart` and `streamStop` (protocol version 2) each message carries a
/// transaction number that it does not carry elsewhere.
public struct MessageDecoder: Sendable {
  private var isInsideStream = false

  public init() {}

  /// - Parameter bytes: the payload of one XLogData frame.
  /// - Returns: the message that it holds; a frame holds exactly one.
  /// - Throws: ``MalformedMessage``; the decoder then stands where it stood before.
  public mutating func decode(_ bytes: ArraySlice<UInt8>) throws(MalformedMessage) -> DecodedMessage {
    guard let kind = bytes.first else {
      throw MalformedMessage(message: "pgoutput", offset: 0, reason: .empty)
    }
    guard let name = Self.names[kind] else {
      throw MalformedMessage(message: "pgoutput", offset: 0, reason: .unknownMessage(kind))
    }
    var cursor = ByteCursor(bytes, at: 1, message: name)
    let subtransaction: TransactionID? =
      isInsideStream && Self.carriesTransaction(kind) ? try cursor.integer() : nil
    let message = try cursor.message(kind)
    try cursor.finish()
    try follow(message, cursor)
    return DecodedMessage(message, subtransaction: subtransaction)
  }

  private mutating func follow(_ message: Message, _ cursor: ByteCursor) throws(MalformedMessage) {
    switch message {
    case .streamStart:
      guard !isInsideStream else { throw cursor.fault(.streamInsideStream, at: 0) }
      isInsideStream = true
    case .streamStop:
      guard isInsideStream else { throw cursor.fault(.noStreamToStop, at: 0) }
      isInsideStream = false
    default: break
    }
  }

  private static let names: [UInt8: String] = [
    UInt8(ascii: "B"): "Begin", UInt8(ascii: "C"): "Commit", UInt8(ascii: "O"): "Origin",
    UInt8(ascii: "R"): "Relation", UInt8(ascii: "Y"): "Type", UInt8(ascii: "I"): "Insert",
    UInt8(ascii: "U"): "Update", UInt8(ascii: "D"): "Delete", UInt8(ascii: "T"): "Truncate",
    UInt8(ascii: "M"): "Message", UInt8(ascii: "S"): "StreamStart", UInt8(ascii: "E"): "StreamStop",
    UInt8(ascii: "c"): "StreamCommit", UInt8(ascii: "A"): "StreamAbort",
  ]

  private static func carriesTransaction(_ kind: UInt8) -> Bool {
    switch kind {
    case UInt8(ascii: "R"), UInt8(ascii: "Y"), UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"),
      UInt8(ascii: "T"), UInt8(ascii: "M"):
      true
    default: false
    }
  }
}

extension ByteCursor {
  fileprivate mutating func message(_ kind: UInt8) throws(MalformedMessage) -> Message {
    switch kind {
    case UInt8(ascii: "B"): .begin(try begin())
    case UInt8(ascii: "C"): .commit(try commit())
    case UInt8(ascii: "O"): .origin(.init(commitLSN: try lsn(), name: try string()))
    case UInt8(ascii: "R"): .relation(try relation())
    case UInt8(ascii: "Y"): .type(.init(id: try integer(), schema: try string(), name: try string()))
    case UInt8(ascii: "I"): try insert()
    case UInt8(ascii: "U"): try update()
    case UInt8(ascii: "D"): try delete()
    case UInt8(ascii: "T"): .truncate(try truncate())
    case UInt8(ascii: "M"): .logical(try logical())
    case UInt8(ascii: "S"): .streamStart(transaction: try integer(), isFirst: try byte() == 1)
    case UInt8(ascii: "E"): .streamStop
    case UInt8(ascii: "c"): .streamCommit(transaction: try integer(), try commit())
    case UInt8(ascii: "A"): .streamAbort(transaction: try integer(), subtransaction: try integer())
    default: throw fault(.unknownMessage(kind), at: 0)
    }
  }

  private mutating func begin() throws(MalformedMessage) -> Message.Begin {
    .init(commitLSN: try lsn(), commitTime: try timestamp(), transaction: try integer())
  }

  private mutating func commit() throws(MalformedMessage) -> Message.Commit {
    _ = try byte()  // flags: none is defined
    return .init(commitLSN: try lsn(), endLSN: try lsn(), commitTime: try timestamp())
  }

  private mutating func insert() throws(MalformedMessage) -> Message {
    let relation: UInt32 = try integer()
    try expect("N")
    return .insert(relation: relation, new: try tuple())
  }

  private mutating func update() throws(MalformedMessage) -> Message {
    let relation: UInt32 = try integer()
    let start = offset
    let part = try byte()
    if part == UInt8(ascii: "N") { return .update(relation: relation, old: nil, new: try tuple()) }
    let old = try oldTuple(part, at: start)
    try expect("N")
    return .update(relation: relation, old: old, new: try tuple())
  }

  private mutating func delete() throws(MalformedMessage) -> Message {
    let relation: UInt32 = try integer()
    let start = offset
    return .delete(relation: relation, old: try oldTuple(try byte(), at: start))
  }

  private mutating func oldTuple(_ part: UInt8, at start: Int) throws(MalformedMessage) -> OldTuple {
    switch part {
    case UInt8(ascii: "K"): .key(try tuple())
    case UInt8(ascii: "O"): .full(try tuple())
    default: throw fault(.unknownValue(part), at: start)
    }
  }

  private mutating func truncate() throws(MalformedMessage) -> Message.Truncate {
    let start = offset
    let count = Int(try integer(Int32.self))
    guard count >= 0 else { throw fault(.negativeCount(count), at: start) }
    let flags = try byte()
    guard count * 4 <= left else { throw fault(.tooShort(needed: count * 4, left: left)) }
    var relations: [UInt32] = []
    for _ in 0..<count { relations.append(try integer()) }
    return .init(relations: relations, cascades: flags & 1 != 0, restartsIdentity: flags & 2 != 0)
  }

  private mutating func logical() throws(MalformedMessage) -> LogicalMessage {
    let flags = try byte()
    return LogicalMessage(
      isTransactional: flags & 1 != 0, lsn: try lsn(), prefix: try string(),
      content: try bytes(length: try count(Int32.self, ofSize: 1)))
  }

  private mutating func expect(_ part: Unicode.Scalar) throws(MalformedMessage) {
    let start = offset
    let found = try byte()
    guard found == UInt8(ascii: part) else { throw fault(.unknownValue(found), at: start) }
  }
}
