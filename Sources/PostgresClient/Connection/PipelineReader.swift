internal import CLibPQ

/// Puts the results of a pipeline in their places.
struct PipelineReader {
  /// What the server answers to, in the order of sending.
  enum Reply {
    case preparation(String, name: String)
    case statement(Int)
    case sync
  }

  private let statements: [Statement]
  private(set) var results: [Result<Rows, PostgresError>] = []
  /// What the session has prepared now.
  private(set) var prepared: [(sql: String, name: String)] = []
  /// Statements that the session turned out not to have any more.
  private(set) var stale: [String] = []
  private var failedPreparation: PostgresError?

  init(statements: [Statement]) {
    self.statements = statements
    results.reserveCapacity(statements.count)
  }

  /// - Throws: ``PostgresError`` of kind `protocol` for a COPY, which ends the pipeline's order.
  mutating func take(
    _ result: ResultHandle, for reply: Reply, _ exchange: Exchange
  ) throws(PostgresError) {
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
      results.append(try outcome(of: result, sql: statements[index].sql, exchange))
      failedPreparation = nil
    }
  }

  private mutating func outcome(
    of result: ResultHandle, sql: String, _ exchange: Exchange
  ) throws(PostgresError) -> Result<Rows, PostgresError> {
    switch result.status {
    case PGRES_PIPELINE_ABORTED:
      let skipped = PostgresError(
        .server, "skipped: an earlier statement of the pipeline failed", code: .inFailedTransaction, sql: sql)
      return .failure(failedPreparation ?? skipped)
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
      let error = exchange.explained(PostgresError(result: result.pointer, sql: sql))
      if error.isStalePlan { stale.append(sql) }
      return .failure(error)
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      throw PostgresError(.protocol, "COPY cannot be in a pipeline; the connection is closed", sql: sql)
    default: return .success(Rows(result: result))
    }
  }
}
