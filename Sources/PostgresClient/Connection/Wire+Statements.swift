internal import CLibPQ

extension Wire {
  /// Sends a statement and reads all its results.
  ///
  /// - Throws: the first error among them; by then the connection is ready for the next statement, or closed.
  func run(_ exchange: inout Exchange, _ send: (OpaquePointer) -> Int32) throws(PostgresError)
    -> [ResultHandle]
  {
    let handle = try begin(exchange)
    defer { settle() }
    guard send(handle) == 1 else { throw refusal(handle, exchange) }
    try flush(handle, &exchange)
    var results: [ResultHandle] = []
    var failure: PostgresError?
    while let result = try nextResult(handle, &exchange) {
      if result.isError {
        failure = failure ?? exchange.explained(PostgresError(result: result.pointer, sql: exchange.sql))
      } else if !endCopy(handle, result, &exchange) {
        results.append(result)
      }
      if PQstatus(handle) == CONNECTION_BAD { break }
    }
    if let failure { throw closing(failure, handle) }
    return results
  }

  /// After each exchange: no cancellation is left in flight, and notifications that came with the results are handed on.
  func settle() {
    finishCancellations()
    deliverNotifications()
  }

  /// The error, once the wire is closed if that error ended the session.
  func closing(_ error: PostgresError, _ handle: OpaquePointer) -> PostgresError {
    guard PQstatus(handle) == CONNECTION_BAD || error.kind == .connection else { return error }
    var error = error
    if error.kind == .server { error.kind = .connection }
    deliverNotifications()
    close(because: error)
    return error
  }

  /// Why libpq did not take a statement: the connection is broken, or not in the state for it.
  func refusal(_ handle: OpaquePointer, _ exchange: Exchange) -> PostgresError {
    let message = String(cString: PQerrorMessage(handle)).trimmedEnd
    let isBroken = PQstatus(handle) == CONNECTION_BAD
    return closing(PostgresError(isBroken ? .connection : .protocol, message, sql: exchange.sql), handle)
  }

  /// Ends a COPY that nobody asked for in the proper way, so that the server says what it has to say. False for other results.
  private func endCopy(_ handle: OpaquePointer, _ result: ResultHandle, _ exchange: inout Exchange) -> Bool {
    switch result.status {
    case PGRES_COPY_IN:
      PQputCopyEnd(handle, "COPY FROM STDIN has no data here: use copyIn")
      try? flush(handle, &exchange)
      return true
    case PGRES_COPY_OUT:
      drainCopy(handle, &exchange)
      return true
    default: return false
    }
  }

  /// Reads and forgets the rest of a COPY TO.
  func drainCopy(_ handle: OpaquePointer, _ exchange: inout Exchange) {
    var buffer: UnsafeMutablePointer<CChar>?
    while true {
      let length = PQgetCopyData(handle, &buffer, 1)
      if length < 0 { return }
      if length == 0 {
        guard (try? wait(Int16(1), handle, &exchange)) != nil, PQconsumeInput(handle) == 1 else { return }
      }
      PQfreemem(buffer)
      buffer = nil
    }
  }
}
