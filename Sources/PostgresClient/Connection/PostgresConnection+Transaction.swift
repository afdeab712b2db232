internal import CLibPQ

extension PostgresConnection {
  /// Runs the body between BEGIN and COMMIT; an error of the body or of COMMIT rolls back and is thrown.
  ///
  /// - Parameters:
  ///   - options: what follows BEGIN, such as `isolation level serializable read only`.
  ///   - body: the work; it gets this connection.
  /// - Returns: what the body returns.
  /// - Throws: what the body throws; ``PostgresError`` of kind `protocol` inside another transaction, and of code `25P02` when the body
  ///   passed over a failed statement, so that the server rolled back at COMMIT.
  public func transaction<T: Sendable>(
    _ options: String = "", _ body: (isolated PostgresConnection) throws -> T
  ) throws -> T {
    guard !isInTransaction else {
      throw PostgresError(
        .protocol, "the connection is in a transaction already", hint: "use savepoint inside it")
    }
    try execute(options.isEmpty ? "begin" : "begin \(options)")
    do {
      let value = try body(self)
      let tags = try execute("commit")
      guard tags.last?.command != "ROLLBACK" else {
        throw PostgresError(
          .server, "the transaction was rolled back: a statement in it had failed",
          code: .inFailedTransaction, sql: "commit")
      }
      return value
    } catch {
      rollback()
      throw error
    }
  }

  /// Runs the body inside a savepoint of the transaction at hand; an error undoes what it did and is thrown.
  public func savepoint<T: Sendable>(_ body: (isolated PostgresConnection) throws -> T) throws -> T {
    try execute("savepoint muster_client")
    do {
      let value = try body(self)
      try execute("release savepoint muster_client")
      return value
    } catch {
      _ = try? shieldedFromCancellation { connection in
        try connection.execute("rollback to savepoint muster_client; release savepoint muster_client")
      }
      throw error
    }
  }

  /// Whether BEGIN was sent and neither COMMIT nor ROLLBACK, failed transactions included.
  public var isInTransaction: Bool {
    let status = PQtransactionStatus(wire.handle)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  /// Leaves the transaction, if there is one and a connection; what remains of it otherwise ends with the session.
  func rollback() {
    guard isInTransaction else { return }
    do {
      try shieldedFromCancellation { connection in
        _ = try connection.execute("rollback", timeout: .seconds(30))
      }
    } catch {
      close()
    }
  }
}
