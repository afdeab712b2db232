internal import CLibPQ

extension PostgresConnection {
  /// Sends all statements in one go and reads all results: one round trip.
  ///
  /// Statements up to one with `syncAfter`, or to the end, stand or fall together like a transaction: an error undoes those before it and
  /// skips those behind it. What follows runs on.
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
    var exchange = Exchange(nil, timeout: timeout ?? defaultTimeout, heedsTask: !isShielded)
    let handle = try wire.begin(exchange)
    defer { wire.settle() }
    guard PQenterPipelineMode(handle) == 1 else { throw wire.refusal(handle, exchange) }
    let replies = try sendPipeline(statements, blocks, handle, &exchange)
    try wire.flush(handle, &exchange)
    var reader = PipelineReader(statements: statements)
    for reply in replies {
      try read(reply, handle, &exchange, &reader)
    }
    guard PQexitPipelineMode(handle) == 1 else { throw wire.refusal(handle, exchange) }
    for (sql, name) in reader.prepared {
      if let evicted = self.statements.insert(sql, name: name) { try execute("deallocate \(evicted)") }
    }
    for sql in reader.stale { self.statements.remove(sql) }
    return reader.results
  }

  /// Hands all statements to libpq, sending and reading what the socket takes and has.
  private func sendPipeline(
    _ statements: [Statement], _ blocks: [ParameterBlock], _ handle: OpaquePointer, _ exchange: inout Exchange
  ) throws(PostgresError) -> [PipelineReader.Reply] {
    var replies: [PipelineReader.Reply] = []
    replies.reserveCapacity(statements.count + 8)
    var fresh: [String: String] = [:]
    func accepted(_ status: Int32) throws(PostgresError) {
      guard status == 1 else { throw wire.refusal(handle, exchange) }
    }
    for (index, (statement, block)) in zip(statements, blocks).enumerated() {
      if statement.isPrepared {
        var name = self.statements[statement.sql] ?? fresh[statement.sql]
        if name == nil {
          let new = self.statements.newName()
          try accepted(PQsendPrepare(handle, new, statement.sql, Int32(block.types.count), block.types))
          replies.append(.preparation(statement.sql, name: new))
          fresh[statement.sql] = new
          name = new
        }
        try accepted(
          block.withPointers { count, _, values in
            PQsendQueryPrepared(handle, name, count, values, nil, nil, 0)
          })
      } else {
        try accepted(block.withPointers { PQsendQueryParams(handle, statement.sql, $0, $1, $2, nil, nil, 0) })
      }
      replies.append(.statement(index))
      if statement.syncAfter || index == statements.count - 1 {
        try accepted(PQpipelineSync(handle))
        replies.append(.sync)
        fresh = [:]
      }
      if index % 64 == 63 { PQconsumeInput(handle) }
    }
    return replies
  }

  private func read(
    _ reply: PipelineReader.Reply, _ handle: OpaquePointer, _ exchange: inout Exchange,
    _ reader: inout PipelineReader
  ) throws(PostgresError) {
    var result = try wire.nextResult(handle, &exchange)
    if case .sync = reply {
      guard result?.status == PGRES_PIPELINE_SYNC else { throw broken(handle, result, exchange) }
      return
    }
    while let current = result {
      if PQstatus(handle) == CONNECTION_BAD { throw broken(handle, current, exchange) }
      reader.take(current, for: reply, exchange)
      result = try wire.nextResult(handle, &exchange)
    }
    if PQstatus(handle) == CONNECTION_BAD { throw broken(handle, nil, exchange) }
  }

  /// The session ended in the middle of a pipeline.
  private func broken(_ handle: OpaquePointer, _ result: ResultHandle?, _ exchange: Exchange) -> PostgresError
  {
    var error =
      result.flatMap { $0.isError ? PostgresError(result: $0.pointer, sql: nil) : nil }
      ?? PostgresError(connectionFailure: String(cString: PQerrorMessage(handle)))
    error.kind = .connection
    return wire.closing(error, handle)
  }
}

/// Puts the results of a pipeline in their places.
struct PipelineReader {
  enum Reply {
    case preparation(String, name: String)
    case statement(Int)
    case sync
  }

  private let statements: [Statement]
  private(set) var results: [Result<Rows, PostgresError>] = []
  private(set) var prepared: [(sql: String, name: String)] = []
  /// Statements that the session turned out not to have any more.
  private(set) var stale: [String] = []
  private var failedPreparation: PostgresError?

  init(statements: [Statement]) { self.statements = statements }

  mutating func take(_ result: ResultHandle, for reply: Reply, _ exchange: Exchange) {
    switch reply {
    case .sync: break
    case .preparation(let sql, let name):
      failedPreparation = nil
      if result.isError {
        failedPreparation = exchange.explained(PostgresError(result: result.pointer, sql: sql))
      } else if result.status != PGRES_PIPELINE_ABORTED {
        prepared.append((sql, name))
      }
    case .statement(let index):
      results.append(outcome(of: result, sql: statements[index].sql, exchange))
      failedPreparation = nil
    }
  }

  private mutating func outcome(of result: ResultHandle, sql: String, _ exchange: Exchange) -> Result<
    Rows, PostgresError
  > {
    if result.status == PGRES_PIPELINE_ABORTED {
      return .failure(
        failedPreparation
          ?? PostgresError(
            .server, "skipped: an earlier statement of the pipeline failed", code: .inFailedTransaction,
            sql: sql))
    }
    guard result.isError else { return .success(Rows(result: result)) }
    let error = exchange.explained(PostgresError(result: result.pointer, sql: sql))
    if error.isStalePlan { stale.append(sql) }
    return .failure(error)
  }
}
