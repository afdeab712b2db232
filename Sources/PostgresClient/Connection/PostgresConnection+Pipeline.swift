internal import CLibPQ

extension PostgresConnection {
  /// Sends all statements in one go and reads all results: one round trip.
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
    var exchange = newExchange(nil, timeout)
    try wire.begin(exchange)
    let reader = try wire.pipeline(&exchange) { wire, exchange throws(PostgresError) in
      let replies = try send(statements, blocks, exchange)
      try wire.flush(&exchange)
      var reader = PipelineReader(statements: statements)
      for reply in replies { try wire.read(reply, &exchange, &reader) }
      return reader
    }
    for (sql, name) in reader.prepared {
      if let evicted = self.statements.insert(sql, name: name) { try execute("deallocate \(evicted)") }
    }
    for sql in reader.stale { self.statements.remove(sql) }
    return reader.results
  }

  /// Hands all statements to libpq, which sends and reads what the socket takes and has.
  private func send(
    _ statements: [Statement], _ blocks: [ParameterBlock], _ exchange: Exchange
  ) throws(PostgresError) -> [PipelineReader.Reply] {
    var replies: [PipelineReader.Reply] = []
    replies.reserveCapacity(statements.count + 8)
    var fresh: [String: String] = [:]
    for (index, (statement, block)) in zip(statements, blocks).enumerated() {
      let sql = statement.sql
      if statement.isPrepared {
        let name = self.statements[sql] ?? fresh[sql] ?? self.statements.newName()
        if self.statements[sql] == nil, fresh[sql] == nil {
          try wire.put(exchange) { PQsendPrepare($0, name, sql, Int32(block.types.count), block.types) }
          replies.append(.preparation(sql, name: name))
          fresh[sql] = name
        }
        try wire.put(exchange) { handle in
          block.withPointers { PQsendQueryPrepared(handle, name, $0, $2, nil, nil, 0) }
        }
      } else {
        try wire.put(exchange) { handle in
          block.withPointers { PQsendQueryParams(handle, sql, $0, $1, $2, nil, nil, 0) }
        }
      }
      replies.append(.statement(index))
      if statement.syncAfter || index == statements.count - 1 {
        try wire.put(exchange) { PQpipelineSync($0) }
        replies.append(.sync)
        fresh = [:]
      }
    }
    return replies
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

  func read(
    _ reply: PipelineReader.Reply, _ exchange: inout Exchange, _ reader: inout PipelineReader
  ) throws(PostgresError) {
    var result = try nextResult(&exchange)
    if case .sync = reply {
      guard result?.status == PGRES_PIPELINE_SYNC else { throw try broken(result) }
      return
    }
    while let current = result {
      if PQstatus(try opened()) == CONNECTION_BAD { throw try broken(current) }
      try reader.take(current, for: reply, exchange)
      result = try nextResult(&exchange)
    }
    if PQstatus(try opened()) == CONNECTION_BAD { throw try broken(nil) }
  }

  /// The session ended in the middle of a pipeline.
  private func broken(_ result: ResultHandle?) throws(PostgresError) -> PostgresError {
    var error =
      if let result, result.isError {
        PostgresError(result: result.pointer, sql: nil)
      } else {
        PostgresError(connectionFailure: String(cString: PQerrorMessage(try opened())))
      }
    error.kind = .connection
    return closing(error)
  }
}
