import FoundationEssentials
import PostgresClient

/// `muster.migration_object`: what the files of `objects/` were when they were last applied.
struct ObjectTable {
  /// As the history has it.
  let scope: String

  static let creation = [
    """
    create table muster.migration_object (
      scope text collate "C" not null default '',
      path text collate "C" not null,
      checksum text not null,
      checksum_algorithm text not null,
      raw_checksum text not null,
      sql text not null,
      objects jsonb not null,
      applied_at timestamptz not null,
      applied_by name not null,
      muster_version text not null,
      primary key (scope, path)
    )
    """,
    """
    comment on table muster.migration_object is
      'The files of objects/ as they were last applied, and what each defined; written by muster migrate'
    """,
    "comment on column muster.migration_object.path is 'The file, below objects/'",
    "comment on column muster.migration_object.objects is 'What the file defined, as it is in the catalog'",
  ]

  /// A history from before there were code objects has none.
  static func isThere(_ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query("select pg_catalog.to_regclass('muster.migration_object') is not null").scalar()
  }

  /// What an up-to-date run asks: the files and their checksums.
  var checksums: Statement {
    Statement(
      """
      select path, checksum_algorithm, checksum, raw_checksum, '[]', '' from muster.migration_object where scope = $1
      """, [scope])
  }

  /// All that is known.
  var records: Statement {
    Statement(
      """
      select path, checksum_algorithm, checksum, raw_checksum, objects, sql from muster.migration_object where scope = $1
      """, [scope])
  }

  static func decode(_ rows: Rows) throws -> [ObjectRecord] {
    try rows.map { row in
      ObjectRecord(
        name: try row.decode(at: 0),
        checksum: Checksum(
          algorithm: try row.decode(at: 1), value: try row.decode(at: 2), raw: try row.decode(at: 3)),
        objects: try JSONDecoder().decode([MadeObject].self, from: Data(row.decode(String.self, at: 4).utf8)),
        sql: try row.decode(at: 5))
    }
  }

  func record(of file: ObjectFile, objects: [MadeObject], by musterVersion: String) throws -> Statement {
    Statement(
      """
      insert into muster.migration_object (scope, path, checksum, checksum_algorithm, raw_checksum, sql, objects,
        applied_at, applied_by, muster_version)
      values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, pg_catalog.clock_timestamp(), session_user, $8)
      on conflict (scope, path) do update
        set (checksum, checksum_algorithm, raw_checksum, sql, objects, applied_at, applied_by, muster_version)
          = row(excluded.checksum, excluded.checksum_algorithm, excluded.raw_checksum, excluded.sql, excluded.objects,
            excluded.applied_at, excluded.applied_by, excluded.muster_version)
      """,
      [
        scope, file.name, file.checksum.value, file.checksum.algorithm, file.checksum.raw,
        String(decoding: file.written, as: UTF8.self),
        String(decoding: try JSONEncoder().encode(objects), as: UTF8.self), musterVersion,
      ])
  }

  func removal(of name: String) -> Statement {
    Statement("delete from muster.migration_object where scope = $1 and path = $2", [scope, name])
  }
}
