import PostgresClient

/// `goose_db_version`: a log of ups and downs, of which the last for each version counts. Version 0 is the log's beginning.
struct GooseHistory: ForeignHistoryReader {
  let tool = Tool.goose

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns.isSuperset(of: ["id", "version_id", "is_applied"])
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let time = table.columns.contains("tstamp") ? "tstamp::timestamptz" : "null::timestamptz"
    let rows = try connection.query(
      """
      select version_id::text, applied_at
      from (select distinct on (version_id) version_id, id, is_applied, \(time) as applied_at
        from \(table.sql) order by version_id, id desc) last
      where is_applied and version_id > 0 order by id
      """)
    let records = try rows.compactMap { row in
      let text = try row.decode(String.self, at: 0)
      return try Version(text).map { version in
        try ForeignRecord(.version(version), label: text).with { $0.appliedAt = try row.decode(at: 1) }
      }
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
