internal import CLibPQ
internal import Glibc

/// Where the data of a COPY FROM STDIN go; hands them to the server as fast as it takes them, holding 64 KB.
///
/// It is of use only inside the body that it is given to.
public final class CopyWriter {
  static let chunk = 65_536

  private let wire: Wire
  private let sql: String?
  private var buffer: [UInt8] = []
  var exchange: Exchange
  /// Whether the server has refused the data: what is written from then on is in vain.
  private(set) var isRefused = false

  init(wire: Wire, exchange: Exchange) {
    self.wire = wire
    sql = exchange.sql
    self.exchange = exchange
    buffer.reserveCapacity(Self.chunk)
  }

  /// - Throws: ``PostgresError`` when the server has refused the data, of kind `timeout` or `cancelled`, or when the connection broke.
  ///   Let it through: ``PostgresConnection/copyIn(_:timeout:_:)`` throws what the server said.
  public func write(_ bytes: some Collection<UInt8>) throws(PostgresError) {
    var rest = bytes[...]
    while rest.count >= Self.chunk - buffer.count {
      let part = rest.prefix(Self.chunk - buffer.count)
      buffer.append(contentsOf: part)
      rest = rest[part.endIndex...]
      try flush()
    }
    buffer.append(contentsOf: rest)
  }

  /// Text in the encoding UTF-8.
  public func write(_ text: String) throws(PostgresError) { try write(text.utf8) }

  func flush() throws(PostgresError) {
    guard !buffer.isEmpty else { return }
    try checkInterruption()
    try checkRefusal()
    let handle = try wire.opened()
    let status = buffer.withUnsafeBytes { bytes in
      PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
    }
    buffer.removeAll(keepingCapacity: true)
    guard status == 1 else {
      isRefused = true
      throw PostgresError(.server, "the COPY has ended", sql: exchange.sql)
    }
    // An error that libpq has read it shows at the end only.
    try wire.flush(&exchange) { () throws(PostgresError) in try checkRefusal() }
  }

  /// A slow source of data must not outrun the deadline either.
  private func checkInterruption() throws(PostgresError) {
    _ = exchange.step(now: .now, isCancelled: wire.isCancelled(exchange))
    if let error = exchange.interruptionError { throw error }
  }

  /// Libpq looks for an error only at the end, which may be far; until then it takes data for a connection that it knows to be
  /// gone, too, and drops them.
  private func checkRefusal() throws(PostgresError) {
    let handle = try wire.opened()
    guard PQstatus(handle) == CONNECTION_BAD || isRefusal(on: handle) else { return }
    isRefused = true
    throw PostgresError(.server, "the server has refused the data", sql: sql)
  }

  /// Whether an error, the end of the connection or a fault of the socket is to be read, perhaps behind notices.
  private func isRefusal(on handle: OpaquePointer) -> Bool {
    guard PQsslInUse(handle) == 0 else { return false }
    return withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 1) { pending in
      let length = recv(
        PQsocket(handle), pending.baseAddress, pending.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
      if length < 0 { return ![EAGAIN, EWOULDBLOCK, EINTR].contains(errno) }
      return length == 0 || Self.hasError(UnsafeRawBufferPointer(rebasing: pending[..<length]))
    }
  }

  /// Each message is a letter, and the length of the rest with its own four bytes: Message Formats in PostgreSQL's manual.
  private static func hasError(_ messages: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    while start < messages.count {
      if messages[start] == UInt8(ascii: "E") { return true }
      guard start + 5 <= messages.count else { return false }
      let length = UInt32(bigEndian: messages.loadUnaligned(fromByteOffset: start + 1, as: UInt32.self))
      start += 1 + Int(length)
    }
    return false
  }
}
