import PostgresClient

/// `supabase_migrations.schema_migrations`: a row a version, with the statements that ran.
struct SupabaseHistory: ForeignHistoryReader {
  let tool = Tool.supabase
  let companions = ["seed_files"]

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.schema == "supabase_migrations" && table.name == "schema_migrations"
      && table.columns.contains("version")
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    func column(_ name: String, _ type: String) -> String {
      table.columns.contains(name) ? name : "null::\(type)"
    }
    let rows = try connection.query(
      """
      select version, \(column("name", "text")), \(column("statements", "text[]")) from \(table.sql) order by version
      """)
    let records = try rows.compactMap { row in
      let text = try row.decode(String.self, at: 0)
      let name = try row.decode(String?.self, at: 1)
      return try Version(text).map { version in
        try ForeignRecord(.version(version), label: name.map { "\(text)_\($0)" } ?? text).with { record in
          record.fingerprint = try row.decode([String]?.self, at: 2).map { .statements($0) }
        }
      }
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
