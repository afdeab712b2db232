import PostgresClient

/// A table that may be some tool's history: where it is, and its columns.
struct ForeignTable: Sendable, Hashable {
  let schema: String
  let name: String
  /// As SQL names it.
  let sql: String
  let columns: Set<String>

  /// Every table that has columns as such tables have them. One look at the catalog.
  static func candidates(_ connection: isolated PostgresConnection) throws -> [ForeignTable] {
    try connection.query(
      """
      select n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname),
        pg_catalog.array_agg(a.attname::text)
      from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind in ('r', 'p') and c.relnatts <= 24
        and n.nspname not in ('pg_catalog', 'information_schema', 'muster') and n.nspname !~ '^pg_'
      group by 1, 2
      having pg_catalog.array_agg(a.attname::text)
        && array['installed_rank', 'version_id', 'dirty', 'change_id', 'installed_on', 'run_on', 'version_num',
          'statements']
        or c.relname ~ 'schema_migrations$' or c.relname = 'ar_internal_metadata'
      order by 1, 2
      """
    ).map { row in
      ForeignTable(
        schema: try row.decode(at: 0), name: try row.decode(at: 1), sql: try row.decode(at: 2),
        columns: Set(try row.decode([String].self, at: 3)))
    }
  }
}

/// Knows one tool's history table and what its rows mean.
protocol ForeignHistoryReader: Sendable {
  var tool: Tool { get }
  /// Whether the table is one, by its columns; by its name only where the columns say too little.
  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool
  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory
  /// What the tool may keep beside it in the same schema, by their names, none of which needs quotes.
  var companions: [String] { get }
}

extension ForeignHistoryReader {
  var companions: [String] { [] }
}

extension ForeignHistory {
  private static let readers: [any ForeignHistoryReader] = [
    FlywayHistory(), DbmateHistory(), GooseHistory(), GolangMigrateHistory(), SqlxHistory(), DieselHistory(),
    SqitchHistory(), SupabaseHistory(), AlembicHistory(),
  ]

  /// The tables that they are kept in, and those that may be beside them, as SQL names them. Reads only.
  static func tables(_ connection: isolated PostgresConnection) throws -> [String] {
    let tables = try ForeignTable.candidates(connection)
    return tables.flatMap { table -> [String] in
      guard let reader = readers.first(where: { $0.recognises(table, among: tables) }) else { return [] }
      return [table.sql] + reader.companions.map { table.sql.dropLast(table.name.count) + $0 }
    }
  }

  /// Those of a database that have anything in them. Reads only.
  static func all(_ connection: isolated PostgresConnection) throws -> [ForeignHistory] {
    let tables = try ForeignTable.candidates(connection)
    var histories: [ForeignHistory] = []
    for table in tables {
      guard let reader = readers.first(where: { $0.recognises(table, among: tables) }) else { continue }
      let history = try reader.read(table, connection)
      if !history.records.isEmpty || history.everythingUpTo != nil { histories.append(history) }
    }
    return histories
  }
}
