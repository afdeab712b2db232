import PostgresClient

/// `_sqlx_migrations`: a row a version, with the SHA-384 of its file.
struct SqlxHistory: ForeignHistoryReader {
  let tool = Tool.sqlx

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns == ["version", "description", "installed_on", "success", "checksum", "execution_time"]
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let rows = try connection.query(
      """
      select version::text, description, installed_on, success, pg_catalog.encode(checksum, 'hex'),
        execution_time::float8 / 1000000
      from \(table.sql) order by version
      """)
    let records = try rows.compactMap { row in
      let text = try row.decode(String.self, at: 0)
      return try Version(text).map { version in
        try ForeignRecord(.version(version), label: "\(text) \(try row.decode(String.self, at: 1))").with {
          record in
          record.appliedAt = try row.decode(at: 2)
          record.failure = try row.decode(Bool.self, at: 3) ? nil : "success is false"
          record.fingerprint = .sha384(try row.decode(at: 4))
          // Unknown for what was interrupted.
          record.milliseconds = try row.decode(Double.self, at: 5) < 0 ? nil : row.decode(Double.self, at: 5)
        }
      }
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
