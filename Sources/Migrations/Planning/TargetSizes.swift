import PostgresClient

/// How big relations of the target are: one read-only transaction.
enum TargetSizes {
  static func read(
    _ names: Set<RelationName>, _ connection: isolated PostgresConnection
  ) throws -> [RelationName: RelationSize] {
    guard !names.isEmpty else { return [:] }
    do {
      return try read(names, bytes: exact, connection)
    } catch let error as PostgresError where error.code == .lockNotAvailable {
      return try read(names, bytes: estimate, connection)
    }
  }

  /// Waits for who holds ACCESS EXCLUSIVE.
  private static let exact = "pg_catalog.pg_total_relation_size(part.oid)"
  /// As of the last VACUUM or ANALYZE; waits for nobody.
  private static let estimate = """
    (part.relpages + coalesce((select pg_catalog.sum(o.relpages) from pg_catalog.pg_class o
       where o.oid = part.reltoastrelid
         or o.oid in (select i.indexrelid from pg_catalog.pg_index i where i.indrelid = part.oid)), 0))
      * pg_catalog.current_setting('block_size')::bigint
    """

  private static func read(
    _ names: Set<RelationName>, bytes: String, _ connection: isolated PostgresConnection
  ) throws -> [RelationName: RelationSize] {
    let names = names.sorted()
    let rows = try connection.transaction("read only") { connection in
      try connection.execute("set local lock_timeout = '2s'")
      return try connection.query(
        """
        with recursive wanted as (
          select c.oid as root, c.oid as part
          from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) w (schema, name)
            join pg_catalog.pg_namespace n on n.nspname = w.schema
            join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.name
          union all
          select w.root, i.inhrelid
          from wanted w join pg_catalog.pg_class c on c.oid = w.part and c.relkind in ('p', 'I')
            join pg_catalog.pg_inherits i on i.inhparent = c.oid
        )
        select n.nspname, c.relname, coalesce(pg_catalog.sum(\(bytes)), 0)::bigint,
          case when c.relkind = 'p' and c.reltuples < 0
            then pg_catalog.sum(part.reltuples) filter (where part.reltuples >= 0 and part.relkind <> 'p')
            else nullif(c.reltuples, -1) end::float8
        from wanted w join pg_catalog.pg_class part on part.oid = w.part
          join pg_catalog.pg_class c on c.oid = w.root join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        group by c.oid, n.nspname, c.relname, c.relkind, c.reltuples
        """, [names.map(\.schema), names.map(\.name)])
    }
    var sizes: [RelationName: RelationSize] = [:]
    for row in rows {
      sizes[RelationName(try row.decode(at: 0), try row.decode(at: 1))] = RelationSize(
        bytes: try row.decode(at: 2), rows: try row.decode(at: 3))
    }
    return sizes
  }
}
