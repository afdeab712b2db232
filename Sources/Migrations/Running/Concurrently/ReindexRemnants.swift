import PostgresClient

/// The INVALID indexes that a REINDEX CONCURRENTLY leaves when it fails or is killed: the new one that was not finished
/// (`…_ccnew`), or the old one that was not dropped (`…_ccold`).
struct ReindexRemnants {
  let target: StatementNature.ReindexTarget

  struct Found {
    let oid: String
    /// As it can be written in a statement of this session.
    let name: String
  }

  /// Those of the relations that the statement is about, while no other session is at work on them.
  func all(_ connection: isolated PostgresConnection) throws -> [Found] {
    let (tables, name) = scope
    let rows = try connection.query(
      """
      select i.indexrelid, i.indexrelid::regclass
      from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      where not i.indisvalid and c.relkind = 'i' and c.relname ~ '_cc(new|old)[0-9]*$'
        and not exists (
          select from pg_catalog.pg_locks l
          where l.locktype = 'relation' and l.relation = i.indexrelid and l.granted
            and l.mode = 'ShareUpdateExclusiveLock' and l.pid <> pg_catalog.pg_backend_pid())
        and ($1::text is null or i.indrelid in (
          with target (oid) as (\(tables))
          select oid from target
          union all
          select t.reltoastrelid from pg_catalog.pg_class t join target using (oid)))
      order by i.indexrelid
      """, [name])
    return try rows.map { Found(oid: try $0.decode(at: 0), name: try $0.decode(at: 1)) }
  }

  /// What selects the tables, given the name as `$1`.
  private var scope: (tables: String, name: String?) {
    switch target {
    case .index(let name):
      (
        """
        select indrelid from pg_catalog.pg_index
        where indexrelid = pg_catalog.to_regclass($1)
          or indexrelid in (select relid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)))
        """, name
      )
    case .table(let name):
      (
        """
        select pg_catalog.to_regclass($1)::oid
        union select relid::oid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1))
        """, name
      )
    case .schema(let name):
      (
        """
        select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1::text::name
        """, name
      )
    case .database: ("select null::oid", nil)
    }
  }
}
