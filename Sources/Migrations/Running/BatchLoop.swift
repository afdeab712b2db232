import PostgresClient
import SQLText

/// How far a statement is that is repeated until it changes no row.
public struct BatchProgress: Sendable, Hashable {
  /// The statement's place in its file, from 1.
  public let statement: Int
  /// How often it has changed something and was committed.
  public internal(set) var rounds: Int
  /// How many rows it has changed in all of them.
  public internal(set) var rows: Int
}

/// A statement with `-- muster: batch`: repeated until it changes no row. Each round commits together with the count of
/// rounds and rows in the journal, which the next run goes on from.
struct BatchLoop {
  let step: Step

  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    var progress = BatchProgress(
      statement: step.index + 1, rounds: step.entry?.rounds ?? 0, rows: step.entry?.rows ?? 0)
    while try round(&progress, connection) {
      step.run.settings.report(.batchRound(step.run.file, progress))
    }
    step.run.settings.report(.batchDone(step.run.file, progress))
  }

  /// Returns false when there was nothing left to change.
  private func round(_ progress: inout BatchProgress, _ connection: isolated PostgresConnection) throws
    -> Bool
  {
    var next = progress
    var isDone = false
    try step.transact(connection) { batch, connection in
      try batch.add(step.statement, connection)
      let changed = try changedRows(batch.flush(connection))
      isDone = changed == 0
      next.rounds += isDone ? 0 : 1
      next.rows += changed
      try step.add(isDone ? .done : .started, progress: next, to: &batch, connection)
    }
    progress = next
    return !isDone
  }

  private func changedRows(_ results: [Rows]) throws -> Int {
    guard let tag = results.last?.tag else { return 0 }
    guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(tag.command) else {
      throw step.failure(
        PostgresError(
          .server, "a batch is repeated until it changes no row; this changes none (\(tag))", code: "0A000",
          hint: "Write INSERT, UPDATE, DELETE or MERGE, or take the batch directive away."))
    }
    return tag.rows
  }
}
