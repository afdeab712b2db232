internal import CLibPQ

extension PostgresConnection {
  /// Runs one statement with parameters, by the extended protocol.
  ///
  /// - Parameters:
  ///   - sql: one statement, with `$1`, `$2`, … for the parameters.
  ///   - parameters: their values; the server infers the types.
  ///   - prepared: the session keeps the statement prepared for the next time.
  ///   - timeout: instead of ``defaultTimeout``.
  /// - Returns: the rows and the command's tag.
  /// - Throws: ``PostgresError``: what the server said, or kind `timeout`, `cancelled`, `connection`, `closed`, `encoding`.
  @discardableResult
  public func query(
    _ sql: String, _ parameters: [any PostgresEncodable] = [], prepared: Bool = false,
    timeout: Duration? = nil
  ) throws(PostgresError) -> Rows {
    let block = try ParameterBlock(parameters, sql: sql)
    guard prepared else {
      return try single(sql, timeout) { handle in
        block.withPointers { PQsendQueryParams(handle, sql, $0, $1, $2, nil, nil, 0) }
      }
    }
    let isKnown = statements[sql] != nil
    do {
      return try queryPrepared(sql, block, timeout)
    } catch {
      guard error.isStalePlan else { throw error }
      // DISCARD, or a changed table. Prepare it anew, once, where the error has not spoilt a transaction.
      statements.remove(sql)
      guard isKnown, !isInTransaction else { throw error }
      return try queryPrepared(sql, block, timeout)
    }
  }

  private func queryPrepared(_ sql: String, _ block: ParameterBlock, _ timeout: Duration?)
    throws(PostgresError) -> Rows
  {
    let known = statements[sql]
    let name = if let known { known } else { try prepare(sql, types: block.types, timeout) }
    return try single(sql, timeout) { handle in
      block.withPointers { count, _, values in PQsendQueryPrepared(handle, name, count, values, nil, nil, 0) }
    }
  }

  func prepare(_ sql: String, types: [Oid], _ timeout: Duration?) throws(PostgresError) -> String {
    let name = statements.newName()
    _ = try single(sql, timeout) { PQsendPrepare($0, name, sql, Int32(types.count), types) }
    remember(sql, preparedAs: name)
    return name
  }

  /// Notes a prepared statement. The one that makes room for it stays with the server where it cannot be deallocated, in a failed
  /// transaction, and does no harm there: names are not used again.
  func remember(_ sql: String, preparedAs name: String) {
    if let evicted = statements.insert(sql, name: name) { _ = try? execute("deallocate \(evicted)") }
  }

  /// Runs a script of any number of statements by the simple protocol: without BEGIN in it, they are one transaction.
  ///
  /// - Returns: the tag of each statement.
  /// - Throws: ``PostgresError``; what the script did before it is undone, but for statements it committed itself.
  @discardableResult
  public func execute(_ script: String, timeout: Duration? = nil) throws(PostgresError) -> [CommandTag] {
    let results = try exchange(script, timeout) { PQsendQuery($0, script) }
    let tags = results.filter { $0.status != PGRES_EMPTY_QUERY }.map { CommandTag($0) }
    if tags.contains(where: { $0.text == "DISCARD ALL" || $0.text == "DEALLOCATE ALL" }) {
      statements.removeAll()
    }
    return tags
  }

  private func single(
    _ sql: String, _ timeout: Duration?, _ send: (OpaquePointer) -> Int32
  ) throws(PostgresError) -> Rows {
    let results = try exchange(sql, timeout, send)
    guard let result = results.last else {
      throw PostgresError(.protocol, "the server answered without a result", sql: sql)
    }
    return Rows(result: result)
  }

  private func exchange(
    _ sql: String, _ timeout: Duration?, _ send: (OpaquePointer) -> Int32
  ) throws(PostgresError) -> [ResultHandle] {
    var exchange = newExchange(sql, timeout)
    return try wire.run(&exchange, send)
  }

  func newExchange(_ sql: String?, _ timeout: Duration?) -> Exchange {
    Exchange(sql, timeout: timeout ?? defaultTimeout, heedsTask: !isShielded)
  }
}

extension PostgresError {
  /// The session no longer has the statement, or its result has changed its shape.
  var isStalePlan: Bool {
    code == .invalidStatementName
      || (code == .featureNotSupported && message.hasPrefix("cached plan must not change"))
  }
}
