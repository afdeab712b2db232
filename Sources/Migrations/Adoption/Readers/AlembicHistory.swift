import PostgresClient

/// `alembic_version(version_num)`: the newest revision of each branch. What they come after counts as applied.
struct AlembicHistory: ForeignHistoryReader {
  let tool = Tool.alembic

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns == ["version_num"]
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let records = try connection.query("select version_num::text from \(table.sql) order by 1").map { row in
      let id = try row.decode(String.self, at: 0)
      return ForeignRecord(.revision(id), label: id)
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
