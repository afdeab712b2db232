internal import CLibPQ
internal import Glibc

/// What a replication stream has for its reader.
public enum CopyEvent: Sendable, Equatable {
  case data([UInt8])
  /// Nothing came within the limit.
  case idle
  /// The server has ended the stream; the connection takes commands again.
  case ended
}

// A stream spans many calls. Between them its bytes stay in the socket, where the server's flow control sees them.
extension PostgresConnection {
  /// Starts a replication stream, on a connection with `replication=database`.
  ///
  /// - Parameters:
  ///   - command: `START_REPLICATION SLOT … LOGICAL …`
  ///   - timeout: how long the server may take to start.
  /// - Throws: ``PostgresError`` with what the server says against it.
  public func startReplication(_ command: String, timeout: Duration? = nil) throws(PostgresError) {
    var exchange = newExchange(command, timeout)
    try startCopy(command, PGRES_COPY_BOTH, &exchange)
    wire.settle()
  }

  /// Waits for the next message of the stream.
  ///
  /// - Parameter timeout: when to return `idle`; zero takes what is there, nil waits until a message comes.
  /// - Returns: a message, or why there is none.
  /// - Throws: ``PostgresError``: `cancelled` leaves the stream open; anything else means that the stream is over.
  public func receiveCopyData(timeout: Duration? = nil) throws(PostgresError) -> CopyEvent {
    let givesUpAt = timeout.map { ContinuousClock.now + $0 }
    var exchange = Exchange(nil, heedsTask: !isShielded)
    while true {
      switch try wire.pollCopyData(exchange) {
      case .row(let row): return .data(row.withBytes { Array($0) })
      case .ended:
        defer { wire.settle() }
        _ = try wire.results(&exchange)
        return .ended
      case .nothing:
        if let givesUpAt, .now >= givesUpAt { return .idle }
        if wire.isCancelled(exchange) {
          throw PostgresError(.cancelled, "waiting for the stream was cancelled")
        }
        try wire.readSome(until: givesUpAt)
      }
    }
  }

  /// Sends a message to the server, such as a standby status.
  public func sendCopyData(_ bytes: [UInt8], timeout: Duration? = nil) throws(PostgresError) {
    var exchange = newExchange(nil, timeout)
    let handle = try wire.opened()
    let status = bytes.withUnsafeBytes { bytes in
      PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
    }
    guard status == 1 else { throw wire.refusal(handle, exchange) }
    try wire.flush(&exchange)
  }

  /// Ends the stream and passes over what the server still sends; the connection takes commands again.
  public func endReplication(timeout: Duration? = nil) throws(PostgresError) {
    var exchange = newExchange(nil, timeout)
    defer { wire.settle() }
    PQputCopyEnd(try wire.opened(), nil)
    try wire.flush(&exchange)
    try wire.drainCopy(&exchange)
    _ = try wire.results(&exchange)
  }
}
