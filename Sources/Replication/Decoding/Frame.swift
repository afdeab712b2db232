import PostgresClient

/// What the server sends in CopyBoth mode around the output plugin's messages.
public enum ServerFrame: Sendable, Hashable {
  /// `start` is the place in the log that the payload belongs to, `end` the server's current end of the log.
  case data(start: LSN, end: LSN, sentAt: Timestamp, payload: ArraySlice<UInt8>)
  /// `end`: all that stands in the log before it was sent. `wantsReply`: answer at once or be cut off.
  case keepalive(end: LSN, sentAt: Timestamp, wantsReply: Bool)

  /// - Throws: ``MalformedMessage``
  public init(_ bytes: [UInt8]) throws(MalformedMessage) {
    guard let kind = bytes.first else {
      throw MalformedMessage(message: "frame", offset: 0, reason: .empty)
    }
    switch kind {
    case UInt8(ascii: "w"):
      var cursor = ByteCursor(bytes[...], at: 1, message: "XLogData")
      self = .data(
        start: try cursor.lsn(), end: try cursor.lsn(), sentAt: try cursor.timestamp(), payload: cursor.rest()
      )
    case UInt8(ascii: "k"):
      var cursor = ByteCursor(bytes[...], at: 1, message: "keepalive")
      self = .keepalive(
        end: try cursor.lsn(), sentAt: try cursor.timestamp(), wantsReply: try cursor.byte() == 1)
      try cursor.finish()
    default:
      throw MalformedMessage(message: "frame", offset: 0, reason: .unknownMessage(kind))
    }
  }
}

/// What the client tells the server: how far it has read, and up to where it will never ask again.
public struct StandbyStatus: Sendable, Hashable {
  public var received: LSN
  /// The slot moves up to here: what stands before it is never sent again.
  public var confirmed: LSN

  public init(received: LSN, confirmed: LSN) {
    self.received = received
    self.confirmed = confirmed
  }

  /// The frame that says so.
  public func frame(sentAt now: Timestamp, wantsReply: Bool = false) -> [UInt8] {
    var bytes = [UInt8(ascii: "r")]
    bytes.reserveCapacity(34)
    for value in [received.rawValue, confirmed.rawValue, confirmed.rawValue] {
      bytes.append(networkOrder: value)
    }
    bytes.append(networkOrder: UInt64(bitPattern: now.onWire))
    bytes.append(wantsReply ? 1 : 0)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(networkOrder value: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }
}
