import PostgresClient

/// Where a no-transaction file stands, kept in the database so that a killed run is taken up where it stopped.
struct Journal {
  let scope: String
  let version: Version

  func read(_ connection: isolated PostgresConnection) throws -> [Int: JournalEntry] {
    let rows = try connection.query(
      "select \(Self.columns) from muster.migration_journal where scope = $1 and version = $2",
      [scope, version.digits])
    return Dictionary(try rows.map(Self.entry).map { ($0.statement, $0) }) { first, _ in first }
  }

  static let columns = "version, statement, state, checksum, indexes_before::text[], rounds, changed_rows"

  static func entry(_ row: Row) throws -> JournalEntry {
    let version = try row.decode(String.self, at: 0)
    return JournalEntry(
      version: Version(stored: version) ?? Version(name: version), statement: try row.decode(at: 1),
      state: try row.decode(String.self, at: 2) == "done" ? .done : .started,
      checksum: try row.decode(at: 3), indexesBefore: try row.decode([String]?.self, at: 4) ?? [],
      rounds: try row.decode(at: 5), rows: try row.decode(at: 6))
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

  /// When the file was begun, of which `$1` is the scope and `$2` the version; null of one that was not.
  static let beginning =
    "select pg_catalog.min(started_at) from muster.migration_journal where scope = $1 and version = $2"

  /// Forgets that file: its history row takes over.
  static let clearing = "delete from muster.migration_journal where scope = $1 and version = $2"

  var clearing: Statement { Statement(Self.clearing, [scope, version.digits]) }
}
