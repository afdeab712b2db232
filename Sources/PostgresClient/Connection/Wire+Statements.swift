internal import CLibPQ

extension Wire {
  /// Sends a statement and reads all its results.
  ///
  /// - Throws: the first error among them; by then the connection is ready for the next statement, or closed.
  func run(_ exchange: inout Exchange, _ send: (OpaquePointer) -> Int32) throws(PostgresError)
    -> [ResultHandle]
  {
    try begin(exchange)
    defer { settle() }
    try self.send(&exchange, send)
    return try results(&exchange)
  }

  func send(_ exchange: inout Exchange, _ send: (OpaquePointer) -> Int32) throws(PostgresError) {
    let handle = try opened()
    guard send(handle) == 1 else { throw refusal(handle, exchange) }
    try flush(&exchange)
  }

  /// All results of a statement up to the last.
  func results(
    _ exchange: inout Exchange, _ earlier: PostgresError? = nil
  ) throws(PostgresError) -> [ResultHandle] {
    var results: [ResultHandle] = []
    var failure = earlier
    while let result = try nextResult(&exchange) {
      if try take(result, &exchange, &failure) { results.append(result) }
      if PQstatus(try opened()) == CONNECTION_BAD { break }
    }
    if let failure { throw closing(failure) }
    return results
  }

  /// Sorts a result: an error is kept when it is the first; a COPY that nobody asked for is ended in the proper way, so that the server
  /// says what it has to say. True when it is a result to hand on.
  @discardableResult
  func take(
    _ result: ResultHandle, _ exchange: inout Exchange, _ failure: inout PostgresError?
  ) throws(PostgresError) -> Bool {
    switch result.status {
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
      failure = failure ?? exchange.explained(PostgresError(result: result.pointer, sql: exchange.sql))
      return false
    case PGRES_COPY_IN:
      PQputCopyEnd(try opened(), "COPY FROM STDIN has no data here: use copyIn")
      try flush(&exchange)
      return false
    case PGRES_COPY_OUT:
      try drainCopy(&exchange)
      return false
    case PGRES_COPY_BOTH:
      let error = PostgresError(
        .protocol, "a replication stream was started outside startReplication; the connection is closed",
        sql: exchange.sql)
      close(because: error)
      throw error
    default: return true
    }
  }

  /// After each exchange: no cancellation is left in flight, and notifications that came with the results are handed on.
  func settle() {
    finishCancellations()
    deliverNotifications()
  }

  /// The error, once the wire is closed if that error ended the session.
  func closing(_ error: PostgresError) -> PostgresError {
    guard let handle, PQstatus(handle) == CONNECTION_BAD || error.kind == .connection else { return error }
    var error = error
    if error.kind == .server { error.kind = .connection }
    deliverNotifications()
    close(because: error)
    return error
  }

  /// Why libpq did not take a statement: the connection is broken, or not in the state for it.
  func refusal(_ handle: OpaquePointer, _ exchange: Exchange) -> PostgresError {
    var error = PostgresError(
      .protocol, String(cString: PQerrorMessage(handle)).trimmedEnd, sql: exchange.sql)
    if PQstatus(handle) == CONNECTION_BAD, let loss = try? loss(after: nil) {
      error = loss
      error.sql = exchange.sql
    }
    return error
  }

  /// Why the session ended; the wire is closed. The server's last words may come behind results that nobody has read.
  func loss(after result: ResultHandle?) throws(PostgresError) -> PostgresError {
    let handle = try opened()
    var last = result
    var ends = 0
    while ends < 2, last?.isError != true, PQstatus(handle) == CONNECTION_BAD {
      last = PQgetResult(handle).map { ResultHandle($0) }
      ends = last == nil ? ends + 1 : 0
    }
    // With the socket, libpq drops what it knows of the pipeline, and takes the error that is left for a notice.
    deliverNotifications()
    let answer = last.flatMap { $0.isError ? PostgresError(result: $0.pointer, sql: nil) : nil }
    let complaint = PostgresError(connectionFailure: String(cString: PQerrorMessage(handle)))
    var error = lastWords ?? answer ?? complaint
    error.kind = .connection
    return closing(error)
  }
}
