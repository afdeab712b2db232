import PostgresClient

/// The history of a database as SQL, for a copy of the database that is to be as far as it is.
public enum HistoryScript {
  /// The statements that make the runner's tables and fill them; none where there is no history. What a no-transaction file
  /// has begun and not finished is left out: it is not in a copy either.
  public static func read(_ connection: isolated PostgresConnection) throws -> [String] {
    guard try Surroundings.read(connection).hasHistory else { return [] }
    let objects =
      try ObjectTable.isThere(connection) ? rows(of: "migration_object", by: "path", connection) : []
    return try ["create schema if not exists muster"] + History.creation + ObjectTable.creation
      + rows(of: "migration", connection)
      + rows(of: "migration_journal", where: "state = 'done'", connection)
      + objects
  }

  private static func rows(
    of table: String, where condition: String = "true", by key: String = "version",
    _ connection: isolated PostgresConnection
  ) throws -> [String] {
    let columns: [String] = try connection.query(
      """
      select pg_catalog.quote_ident(a.attname) from pg_catalog.pg_attribute a
      where a.attrelid = 'muster.\(table)'::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """
    ).map { try $0.decode(at: 0) }
    let values = columns.map { "pg_catalog.quote_nullable(\($0)::text)" }.joined(separator: ", ")
    return try connection.query(
      """
      select pg_catalog.concat_ws(', ', \(values)) from muster.\(table) where \(condition) order by scope, \(key)
      """
    ).map { row in
      "insert into muster.\(table) (\(columns.joined(separator: ", ")))\nvalues (\(try row.decode(String.self, at: 0)))"
    }
  }
}
