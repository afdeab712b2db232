import PostgresClient

extension Timestamp {
  /// 2000-01-01 00:00 UTC, from where the protocol counts, in microseconds since 1970.
  private static let protocolEpoch: Int64 = 946_684_800_000_000

  /// Wraps around rather than traps: the bytes may be anything.
  init(onWire microseconds: Int64) {
    self.init(microseconds: microseconds &+ Self.protocolEpoch)
  }

  var onWire: Int64 { microseconds &- Self.protocolEpoch }
}

extension ByteCursor {
  mutating func timestamp() throws(MalformedMessage) -> Timestamp {
    Timestamp(onWire: try integer())
  }
}
