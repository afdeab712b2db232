internal import CLibPQ
internal import Glibc

extension PostgresConnection {
  /// Sends data to the server: `copy … from stdin`.
  ///
  /// - Returns: how many rows were copied.
  /// - Throws: what the body throws, after which nothing is copied; ``PostgresError`` with what the server says.
  @discardableResult
  public func copyIn(
    _ sql: String, timeout: Duration? = nil, _ body: (CopyWriter) throws -> Void
  ) throws -> Int {
    var exchange = newExchange(sql, timeout)
    try startCopy(sql, PGRES_COPY_IN, &exchange)
    defer { wire.settle() }
    let writer = CopyWriter(wire: wire, exchange: exchange)
    do {
      try body(writer)
      try writer.flush()
    } catch {
      let answer = endCopyIn(&writer.exchange, failure: "the client gave up")
      guard writer.isRefused, case .failure(let refusal) = answer else { throw error }
      throw refusal
    }
    return try endCopyIn(&writer.exchange, failure: nil).get()
  }

  private func endCopyIn(_ exchange: inout Exchange, failure: String?) -> Result<Int, PostgresError> {
    Result { () throws(PostgresError) in
      PQputCopyEnd(try wire.opened(), failure)
      try wire.flush(&exchange)
      return try wire.copyResult(&exchange)
    }
  }

  /// Reads data from the server: `copy … to stdout`. The body gets one row at a time, valid while it runs.
  ///
  /// - Returns: how many rows were copied.
  /// - Throws: what the body throws, after which the statement is cancelled; ``PostgresError`` with what the server says.
  @discardableResult
  public func copyOut(
    _ sql: String, timeout: Duration? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Int {
    var exchange = newExchange(sql, timeout)
    try startCopy(sql, PGRES_COPY_OUT, &exchange)
    defer { wire.settle() }
    do {
      while let row = try wire.receiveCopyData(&exchange) { try row.withBytes(body) }
    } catch {
      guard wire.isOpen else { throw error }
      exchange.interrupt(.cancelled, now: .now)
      try wire.drainCopy(&exchange)
      _ = try? wire.copyResult(&exchange)
      throw error
    }
    return try wire.copyResult(&exchange)
  }

  func startCopy(_ sql: String, _ expected: ExecStatusType, _ exchange: inout Exchange) throws(PostgresError)
  {
    try wire.begin(exchange)
    do throws(PostgresError) {
      try wire.send(&exchange) { PQsendQuery($0, sql) }
      guard let result = try wire.nextResult(&exchange) else {
        throw PostgresError(.protocol, "the server answered without a result", sql: sql)
      }
      guard result.status == expected else { throw try wire.endUnexpected(result, &exchange) }
    } catch {
      wire.settle()
      throw error
    }
  }
}

/// A message of a COPY, in memory of libpq.
struct CopyRow: ~Copyable {
  private let bytes: UnsafeMutableRawBufferPointer

  init(_ start: UnsafeMutablePointer<CChar>, count: Int32) {
    bytes = UnsafeMutableRawBufferPointer(start: start, count: Int(count))
  }

  deinit { PQfreemem(bytes.baseAddress) }

  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(bytes))
  }
}

extension Wire {
  /// The next message of a COPY TO, nil after the last.
  func receiveCopyData(_ exchange: inout Exchange) throws(PostgresError) -> CopyRow? {
    while true {
      switch try pollCopyData(exchange) {
      case .row(let row): return row
      case .ended: return nil
      case .nothing:
        _ = try wait(Int16(POLLIN), &exchange)
        PQconsumeInput(try opened())
      }
    }
  }

  enum CopyPoll: ~Copyable {
    case row(CopyRow)
    case nothing
    case ended
  }

  /// What of a COPY TO has come already.
  func pollCopyData(_ exchange: Exchange) throws(PostgresError) -> CopyPoll {
    var buffer: UnsafeMutablePointer<CChar>?
    let handle = try opened()
    let length = PQgetCopyData(handle, &buffer, 1)
    if let buffer, length > 0 { return .row(CopyRow(buffer, count: length)) }
    if length == 0, PQstatus(handle) == CONNECTION_OK { return .nothing }
    if length == -1 { return .ended }
    throw refusal(handle, exchange)
  }

  /// Reads and forgets the rest of a COPY TO.
  func drainCopy(_ exchange: inout Exchange) throws(PostgresError) {
    while try receiveCopyData(&exchange) != nil {}
  }

  /// The outcome of a COPY whose data are through.
  func copyResult(_ exchange: inout Exchange) throws(PostgresError) -> Int {
    try results(&exchange).last.map { CommandTag($0).rows } ?? 0
  }

  /// Ends a statement that turned out to be no COPY of the kind asked for, and says so.
  func endUnexpected(_ result: ResultHandle, _ exchange: inout Exchange) throws(PostgresError)
    -> PostgresError
  {
    var failure: PostgresError?
    try take(result, &exchange, &failure)
    _ = try results(&exchange, failure)
    return PostgresError(.protocol, "the statement is no COPY of this direction", sql: exchange.sql)
  }
}
