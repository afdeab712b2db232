internal import CLibPQ

extension PostgresConnection {
  /// Sends all statements in one go and reads all results: one round trip, and one more for each statement that is prepared for
  /// the first time.
  ///
  /// Statements up to one with `syncAfter`, or to the end, stand or fall together like a transaction: an error undoes those
  /// before it and skips those behind it. What follows runs on.
  ///
  /// - Returns: for each statement its rows, its error, or, when it was skipped, an error of code `25P02` that says so.
  /// - Throws: ``PostgresError`` when the connection broke, so that nothing is known of the rest.
  public func pipeline(
    _ statements: [Statement], timeout: Duration? = nil
  ) throws(PostgresError) -> [Result<Rows, PostgresError>] {
    guard !statements.isEmpty else { return [] }
    let blocks = try statements.map { statement throws(PostgresError) in
      try ParameterBlock(statement.parameters, sql: statement.sql)
    }
    try prepareWhatIsNew(statements, blocks, timeout)
    var exchange = newExchange(nil, timeout)
    try wire.begin(exchange)
    let results = try wire.pipeline(&exchange) { wire, exchange throws(PostgresError) in
      try send(statements, blocks, exchange)
      try wire.flush(&exchange)
      return try wire.results(of: statements, &exchange)
    }
    for (statement, result) in zip(statements, results) {
      if case .failure(let error) = result, error.isStalePlan { self.statements.remove(statement.sql) }
    }
    return results
  }

  /// Prepares beforehand, because in the pipeline a failure before it would skip the preparation too. What cannot be prepared yet,
  /// perhaps because the pipeline makes its table, is sent as it is.
  private func prepareWhatIsNew(
    _ statements: [Statement], _ blocks: [ParameterBlock], _ timeout: Duration?
  ) throws(PostgresError) {
    var unfit: Set<String> = []
    for (statement, block) in zip(statements, blocks) where statement.isPrepared {
      guard self.statements[statement.sql] == nil, !unfit.contains(statement.sql) else { continue }
      do {
        _ = try prepare(statement.sql, types: block.types, timeout)
      } catch {
        guard error.kind == .server else { throw error }
        unfit.insert(statement.sql)
      }
    }
  }

  /// Hands all statements to libpq, which sends and reads what the socket takes and has.
  private func send(
    _ statements: [Statement], _ blocks: [ParameterBlock], _ exchange: Exchange
  ) throws(PostgresError) {
    for (index, (statement, block)) in zip(statements, blocks).enumerated() {
      let name = statement.isPrepared ? self.statements[statement.sql] : nil
      try wire.put(exchange) { handle in
        block.withPointers { count, types, values in
          if let name { return PQsendQueryPrepared(handle, name, count, values, nil, nil, 0) }
          return PQsendQueryParams(handle, statement.sql, count, types, values, nil, nil, 0)
        }
      }
      if statement.syncAfter || index == statements.count - 1 {
        try wire.put(exchange) { PQpipelineSync($0) }
      }
    }
  }
}

extension Wire {
  /// Calls the body in pipeline mode. A pipeline that cannot be read to its end leaves the connection closed.
  func pipeline<T>(
    _ exchange: inout Exchange, _ body: (Wire, inout Exchange) throws(PostgresError) -> T
  ) throws(PostgresError) -> T {
    try put(exchange) { PQenterPipelineMode($0) }
    defer { settle() }
    do {
      let value = try body(self, &exchange)
      try put(exchange) { PQexitPipelineMode($0) }
      return value
    } catch {
      close(because: error)
      throw error
    }
  }

  /// Gives libpq something to send.
  func put(_ exchange: Exchange, _ action: (OpaquePointer) -> Int32) throws(PostgresError) {
    let handle = try opened()
    guard action(handle) == 1 else { throw refusal(handle, exchange) }
  }

  /// Reads a pipeline's results in the order of its statements.
  func results(
    of statements: [Statement], _ exchange: inout Exchange
  ) throws(PostgresError) -> [Result<Rows, PostgresError>] {
    var results: [Result<Rows, PostgresError>] = []
    results.reserveCapacity(statements.count)
    for (index, statement) in statements.enumerated() {
      while let result = try nextResult(&exchange) {
        if result.endsSession { throw try loss(after: result) }
        results.append(try outcome(of: result, statement, exchange))
      }
      if PQstatus(try opened()) == CONNECTION_BAD { throw try loss(after: nil) }
      guard statement.syncAfter || index == statements.count - 1 else { continue }
      let sync = try nextResult(&exchange)
      guard sync?.status == PGRES_PIPELINE_SYNC else { throw try loss(after: sync) }
    }
    return results
  }

  private func outcome(
    of result: ResultHandle, _ statement: Statement, _ exchange: Exchange
  ) throws(PostgresError) -> Result<Rows, PostgresError> {
    let sql = statement.sql
    switch result.status {
    case PGRES_PIPELINE_ABORTED:
      return .failure(
        PostgresError(
          .server, "skipped: an earlier statement of the pipeline failed", code: .inFailedTransaction,
          sql: sql))
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
      return .failure(exchange.explained(PostgresError(result: result.pointer, sql: sql)))
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      throw PostgresError(.protocol, "COPY cannot be in a pipeline; the connection is closed", sql: sql)
    default: return .success(Rows(result: result))
    }
  }
}
