import PostgresClient

/// The runner's own tables in schema `muster`: what was applied, and where an unfinished no-transaction file stands. One
/// value sees one scope: the database, or one tenant's schema.
///
/// The schema is shared with the extension of the same name and belongs to neither: whoever comes first creates it.
/// CREATE EXTENSION takes a schema that is there, and what the runner creates in it is no member of the extension, so
/// pg_dump keeps it and DROP EXTENSION leaves it. Every name is qualified, because a file may have changed the search path.
struct History: Sendable, Hashable {
  /// The schema of a tenant, or empty for the database.
  let scope: String

  static let creation = [
    """
    create table muster.migration (
      scope text collate "C" not null default '',
      version text collate "C" not null check (version ~ '^([0-9]+([.][0-9]+)*|R__.+)$'),
      kind text not null default 'applied' check (kind in ('applied', 'baseline', 'adopted')),
      name text not null,
      checksum text not null,
      checksum_algorithm text not null,
      raw_checksum text not null,
      sql text not null,
      applied_at timestamptz not null,
      applied_by name not null,
      duration interval not null,
      muster_version text not null,
      primary key (scope, version)
    )
    """,
    """
    create table muster.migration_journal (
      scope text collate "C" not null default '',
      version text collate "C" not null,
      statement integer not null check (statement > 0),
      state text not null check (state in ('started', 'done')),
      checksum text not null,
      indexes_before oid[],
      rounds integer not null default 0,
      changed_rows bigint not null default 0,
      started_at timestamptz not null,
      primary key (scope, version, statement)
    )
    """,
    "comment on table muster.migration is 'The migrations applied to this database; written by muster migrate'",
    """
    comment on column muster.migration.scope is
      'The schema whose history this is, where each tenant has a schema; empty for the database'
    """,
    """
    comment on column muster.migration.version is
      'The digits of the file name, without leading zeros; R__ and a name for what is run again when it changes'
    """,
    """
    comment on column muster.migration.kind is
      'applied: run by Muster; baseline: there before; adopted: run by another tool'
    """,
    "comment on column muster.migration.checksum is 'Of the text with its line ends normalised'",
    "comment on column muster.migration.raw_checksum is 'SHA-256 of the bytes as they were'",
    "comment on column muster.migration.sql is 'The file as it was applied'",
    "comment on column muster.migration.applied_by is 'The session user'",
    """
    comment on table muster.migration_journal is
      'Statement by statement, no-transaction migrations that are begun and not finished; empty otherwise'
    """,
    "comment on column muster.migration_journal.statement is 'Its place in the file, from 1'",
    "comment on column muster.migration_journal.checksum is 'SHA-256 of the statement'",
    """
    comment on column muster.migration_journal.indexes_before is
      'The indexes of the table before one was created concurrently, or the invalid ones before REINDEX CONCURRENTLY'
    """,
    "comment on column muster.migration_journal.rounds is 'How often a batch was repeated and committed'",
    "comment on column muster.migration_journal.changed_rows is 'How many rows a batch has changed so far'",
  ]

  /// All that the scope has, in one round trip.
  func read(_ connection: isolated PostgresConnection) throws -> Past {
    let results = try connection.pipeline([
      Statement(
        """
        select version, name, checksum_algorithm, checksum, nullif(raw_checksum, checksum),
          (pg_catalog.date_part('epoch', applied_at) * 1000000)::bigint, applied_by,
          pg_catalog.date_part('epoch', duration) * 1000, muster_version, kind
        from muster.migration where scope = $1
        """, [scope], syncAfter: true),
      Statement(
        """
        select \(Journal.columns) from muster.migration_journal where scope = $1 order by statement
        """, [scope], syncAfter: true),
      ObjectTable(scope: scope).checksums,
    ])
    let entries = try results[0].get().map(entry).sorted { $0.version < $1.version }
    return Past(
      entries: entries, journal: try Self.readable(results[1]) { try $0.map(Journal.entry) } ?? [],
      objects: try Self.readable(results[2], ObjectTable.decode) ?? [])
  }

  /// Who may read the history alone sees that much, and in one from before there were code objects there is no more.
  static func readable<T>(_ result: Result<Rows, PostgresError>, _ decode: (Rows) throws -> T) throws -> T? {
    do {
      return try decode(result.get())
    } catch let error as PostgresError where error.code == "42501" || error.code == "42P01" {
      return nil
    }
  }

  private func entry(_ row: Row) throws -> HistoryEntry {
    let digits = try row.text(at: 0)
    guard let version = Version(stored: digits) else {
      throw PostgresError(.decoding, "muster.migration: \"\(digits)\" is no version")
    }
    let checksum = try row.text(at: 3)
    return HistoryEntry(
      version: version, name: try row.text(at: 1),
      checksum: Checksum(algorithm: try row.text(at: 2), value: checksum, raw: row[4] ?? checksum),
      appliedAt: Timestamp(microseconds: try row.decode(at: 5)), appliedBy: try row.text(at: 6),
      milliseconds: try row.decode(at: 7), musterVersion: try row.text(at: 8),
      kind: try HistoryEntry.Kind(row.text(at: 9)))
  }

  /// What takes note of a work, in the transaction that does it.
  func record(of work: Work, by musterVersion: String) -> Statement {
    switch work.direction {
    case .up:
      insertion(of: work.file, by: musterVersion, isJournalled: work.script.directives.noTransaction)
    case .down: deletion(of: work.file)
    case .hook(let moment): Journal(scope: scope, version: Version(owed: moment)).clearing
    }
  }

  /// The journal knows when a file began that was not one transaction.
  func insertion(
    of file: MigrationFile, by musterVersion: String, as kind: HistoryEntry.Kind = .applied,
    isJournalled: Bool = false
  ) -> Statement {
    let beginning = "pg_catalog.transaction_timestamp()"
    let checksum = file.checksum
    let begun = isJournalled ? "coalesce((\(Journal.beginning)), \(beginning))" : beginning
    return Statement(
      """
      insert into muster.migration (scope, version, name, checksum, checksum_algorithm, raw_checksum, sql, applied_at,
        applied_by, duration, muster_version, kind)
      values ($1, $2, $3, $4, $5, $6, $7, pg_catalog.clock_timestamp(), session_user,
        pg_catalog.clock_timestamp() - \(begun), $8, $9)
      \(file.version.isRepeatable ? Self.replacement : "")
      """,
      [
        scope, file.version.digits, file.name, checksum.value, checksum.algorithm, checksum.raw,
        String(decoding: file.written, as: UTF8.self), musterVersion, kind.rawValue,
      ])
  }

  /// Has the row say of the file what it is now; changes no row where it is not as it was read.
  func update(of entry: HistoryEntry, to file: MigrationFile, by musterVersion: String) -> Statement {
    let checksum = file.checksum
    return Statement(
      """
      update muster.migration set name = $3, checksum = $4, checksum_algorithm = $5, raw_checksum = $6, sql = $7,
        muster_version = $8
      where scope = $1 and version = $2 and checksum = $9 and raw_checksum = $10
      """,
      [
        scope, file.version.digits, file.name, checksum.value, checksum.algorithm, checksum.raw,
        String(decoding: file.written, as: UTF8.self), musterVersion, entry.checksum.value,
        entry.checksum.raw,
      ])
  }

  /// What is repeatable has one row, of its last run.
  private static let replacement = """
    on conflict (scope, version) do update set name = excluded.name, kind = excluded.kind,
      checksum = excluded.checksum, checksum_algorithm = excluded.checksum_algorithm,
      raw_checksum = excluded.raw_checksum, sql = excluded.sql, applied_at = excluded.applied_at,
      applied_by = excluded.applied_by, duration = excluded.duration, muster_version = excluded.muster_version
    """

  private func deletion(of file: MigrationFile) -> Statement {
    Statement(
      "delete from muster.migration where scope = $1 and version = $2", [scope, file.version.digits])
  }

  /// Of what is repeatable, whether it is there with this text.
  func contains(_ file: MigrationFile, _ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query(
      """
      select exists (select from muster.migration
        where scope = $1 and version = $2 and (not $3 or checksum = $4))
      """,
      [scope, file.version.digits, file.version.isRepeatable, file.checksum.value]
    ).scalar()
  }

  /// The SQL of versions as it was applied.
  func sql(of versions: [Version], _ connection: isolated PostgresConnection) throws -> [Version: String] {
    let rows = try connection.query(
      "select version, sql from muster.migration where scope = $1 and version = any ($2::text[])",
      [scope, versions.map(\.digits)])
    let texts = try rows.map { (try $0.decode(String.self, at: 0), try $0.decode(String.self, at: 1)) }
    let byDigits = Dictionary(texts) { first, _ in first }
    return Dictionary(versions.compactMap { version in byDigits[version.digits].map { (version, $0) } }) {
      first, _ in
      first
    }
  }
}
