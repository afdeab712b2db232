import PostgresClient

/// Where a no-transaction file stands, kept in the database so that a killed run is taken up where it stopped.
struct Journal {
  let scope: String
  let version: Version

  func read(_ connection: isolated PostgresConnection) throws -> [Int: JournalEntry] {
    let rows = try connection.query(
      """
      select statement, state, checksum, indexes_before::text[], rounds, changed_rows
      from muster.migration_journal where scope = $1 and version = $2
      """, [scope, version.digits])
    let entries = try rows.map { row in
      JournalEntry(
        version: version, statement: try row.decode(at: 0),
        state: try row.decode(String.self, at: 1) == "done" ? .done : .started,
        checksum: try row.decode(at: 2),
        indexesBefore: try row.decode([String]?.self, at: 3) ?? [],
        rounds: try row.decode(at: 4), rows: try row.decode(at: 5))
    }
    return Dictionary(entries.map { ($0.statement, $0) }) { first, _ in first }
  }

  /// Notes a state of a statement, as a part of the transaction at hand or as one of its own.
  func note(
    _ number: Int, _ state: JournalEntry.State, checksum: String, indexesBefore: [String]? = nil,
    progress: BatchProgress? = nil
  ) -> Statement {
    Statement(
      """
      insert into muster.migration_journal (scope, version, statement, state, checksum, indexes_before,
        rounds, changed_rows, started_at)
      values ($1, $2, $3, $4, $5, $6::text[]::oid[], $7, $8, pg_catalog.clock_timestamp())
      on conflict (scope, version, statement) do update
        set state = excluded.state, checksum = excluded.checksum,
          indexes_before = coalesce(excluded.indexes_before, migration_journal.indexes_before),
          rounds = excluded.rounds, changed_rows = excluded.changed_rows
      """,
      [
        scope, version.digits, number, state.rawValue, checksum, indexesBefore, progress?.rounds ?? 0,
        progress?.rows ?? 0,
      ])
  }

  /// Forgets the file, whose history row takes over.
  var clearing: Statement {
    Statement(
      "delete from muster.migration_journal where scope = $1 and version = $2", [scope, version.digits])
  }
}
