import PostgresClient

/// `schema_migrations(version)`: the digits of what is applied, and nothing else.
struct DbmateHistory: ForeignHistoryReader {
  let tool = Tool.dbmate

  /// Rails has a table of the same name and shape, and another beside it that dbmate has not.
  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns == ["version"]
      && !all.contains { $0.schema == table.schema && $0.name == "ar_internal_metadata" }
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let versions = try connection.query("select version::text from \(table.sql) order by 1").map { row in
      try row.decode(String.self, at: 0)
    }
    let records = versions.compactMap { text in
      Version(text).map { ForeignRecord(.version($0), label: text) }
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
