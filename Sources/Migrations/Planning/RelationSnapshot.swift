import PostgresClient

/// All relations of a database that are nobody's temporary ones, and the locks that a session holds on them.
struct RelationSnapshot {
  var relations: [OID: RelationState] = [:]
  var locks: [OID: Set<LockMode>] = [:]

  private static let firstUserOID = 16384

  /// The counters of scans go up where a scan begins, so that a table without rows does not hide one.
  private static let relationsQuery = """
    select c.oid::bigint, n.nspname, c.relname, c.relkind::text,
      coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint,
      coalesce(i.indrelid, t.oid)::bigint, p.inhparent::bigint,
      coalesce(pg_catalog.pg_stat_get_xact_numscans(c.oid), 0),
      coalesce(pg_catalog.pg_stat_get_vacuum_count(c.oid), 0)
    from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_index i on i.indexrelid = c.oid
      left join pg_catalog.pg_class t on t.reltoastrelid = c.oid
      left join pg_catalog.pg_inherits p on p.inhrelid = c.oid and c.relispartition
    where c.oid >= \(firstUserOID) and c.relpersistence <> 't' and c.relkind <> 'c'
    """

  private static let locksQuery = """
    select l.relation::bigint, l.mode
    from pg_catalog.pg_locks l
    where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation' and l.granted
      and l.relation >= \(firstUserOID)
    """

  static func read(_ connection: isolated PostgresConnection) throws -> RelationSnapshot {
    var snapshot = RelationSnapshot()
    for row in try connection.query(locksQuery) {
      guard let mode = LockMode(catalogName: try row.decode(at: 1)) else { continue }
      snapshot.locks[try row.decode(at: 0), default: []].insert(mode)
    }
    for row in try connection.query(relationsQuery) {
      guard let kind = RelationKind(rawValue: try row.decode(at: 3)) else { continue }
      snapshot.relations[try row.decode(at: 0)] = RelationState(
        name: RelationName(try row.decode(at: 1), try row.decode(at: 2)), kind: kind,
        file: try row.decode(at: 4),
        owner: try row.decode(at: 5), parent: try row.decode(at: 6), scans: try row.decode(at: 7),
        vacuums: try row.decode(at: 8))
    }
    return snapshot
  }

  /// The table that a TOAST table, an index, or a TOAST table's index is part of; itself for anything else.
  func table(of oid: OID) -> OID {
    guard let relation = relations[oid] else { return oid }
    return relation.owner.map { $0 == oid ? oid : table(of: $0) } ?? oid
  }

  /// The topmost relation that this is a partition of, nil for none.
  func root(of oid: OID) -> OID? {
    guard let parent = relations[oid]?.parent else { return nil }
    return root(of: parent) ?? parent
  }

  func strongestLock(on oid: OID) -> LockMode? { locks[oid]?.max() }

  /// The indexes of a table by name.
  func indexes(of table: OID) -> [String: RelationState] { indexesByTable[table] ?? [:] }

  var indexesByTable: [OID: [String: RelationState]] {
    var found: [OID: [String: RelationState]] = [:]
    for relation in relations.values where relation.kind.isIndex {
      if let owner = relation.owner { found[owner, default: [:]][relation.name.name] = relation }
    }
    return found
  }
}
