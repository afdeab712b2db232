import PostgresClient

/// `schema_migrations(version, dirty)`: one row, the version that the database is at. What is below counts as applied.
struct GolangMigrateHistory: ForeignHistoryReader {
  let tool = Tool.golangMigrate

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns == ["version", "dirty"]
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let rows = try connection.query(
      "select version::text, dirty from \(table.sql) order by version desc limit 1")
    guard let row = rows.first, let version = Version(try row.decode(String.self, at: 0)) else {
      return ForeignHistory(tool: tool, table: table.sql, records: [])
    }
    let isDirty = try row.decode(Bool.self, at: 1)
    let record = ForeignRecord(.version(version), label: version.description).with {
      $0.failure = isDirty ? "dirty is true" : nil
    }
    return ForeignHistory(tool: tool, table: table.sql, records: [record], everythingUpTo: version)
  }
}
