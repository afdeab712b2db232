import PostgresClient

/// `__diesel_schema_migrations(version, run_on)`.
struct DieselHistory: ForeignHistoryReader {
  let tool = Tool.diesel

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns == ["version", "run_on"]
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let rows = try connection.query(
      "select version::text, run_on::timestamptz from \(table.sql) order by run_on, version")
    let records = try rows.compactMap { row in
      let text = try row.decode(String.self, at: 0)
      return try Version(text).map { version in
        try ForeignRecord(.version(version), label: text).with { $0.appliedAt = try row.decode(at: 1) }
      }
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
