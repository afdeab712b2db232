import PostgresClient

/// The indexes of the table that a CREATE INDEX CONCURRENTLY is about.
///
/// When that statement fails or is killed it leaves an INVALID index, which `if not exists` then takes for the real one.
/// Partitioned indexes are left out: they are INVALID by right until each partition has its index attached.
struct ConcurrentIndex {
  let target: StatementNature.IndexTarget

  struct Found {
    let oid: String
    /// As it can be written in a statement of this session.
    let name: String
    let isValid: Bool
    /// Nobody may drop it: another session is at it, or it is attached to a partitioned index.
    let isInUse: Bool
  }

  /// The indexes that the statement can have made: by name, or where it has none those not among the earlier ones.
  func candidates(besides earlier: [String], _ connection: isolated PostgresConnection) throws -> [Found] {
    try all(connection).filter { target.name != nil || !earlier.contains($0.oid) }
  }

  func all(_ connection: isolated PostgresConnection) throws -> [Found] {
    let rows = try connection.query(
      """
      select i.indexrelid, i.indexrelid::regclass, i.indisvalid, c.relispartition or exists (
          select from pg_catalog.pg_stat_progress_create_index p
          where p.index_relid = i.indexrelid and p.pid <> pg_catalog.pg_backend_pid())
      from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      where i.indrelid = pg_catalog.to_regclass($1) and ($2::text is null or c.relname = $2::name)
        and c.relkind = 'i'
      """, [target.table, target.name])
    return try rows.map {
      Found(
        oid: try $0.decode(at: 0), name: try $0.decode(at: 1), isValid: try $0.decode(at: 2),
        isInUse: try $0.decode(at: 3))
    }
  }

  /// Selects the index where it is there and INVALID.
  var unsound: Statement {
    Statement(
      """
      select i.indexrelid::regclass
      from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      where i.indrelid = pg_catalog.to_regclass($1) and c.relname = $2::name and c.relkind = 'i' and not i.indisvalid
      """, [target.table, target.name])
  }

  /// Says that success would be a lie.
  static func invalid(_ name: String) -> PostgresError {
    PostgresError(
      .server, "index \(name) is INVALID, although the statement reported success", code: "XX002",
      hint:
        "Another session is building it, or failed to. When none is at it, drop index concurrently \(name), and run"
        + " again.")
  }
}
