import PostgresClient

/// `flyway_schema_history`: a row for each thing that Flyway did, in order, taking back and repairing included.
struct FlywayHistory: ForeignHistoryReader {
  let tool = Tool.flyway

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.columns.isSuperset(of: ["installed_rank", "version", "type", "script", "checksum", "success"])
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let rows = try connection.query(
      """
      select version, type, script, checksum::bigint, installed_on::timestamptz, installed_by::text,
        execution_time::float8, success, description
      from \(table.sql) order by installed_rank
      """)
    var applied: [Version: ForeignRecord] = [:]
    var order: [Version] = []
    var baseline: Version?
    for row in rows {
      let script = try row.decode(String.self, at: 2)
      let number = try row.decode(String?.self, at: 0).flatMap { Version($0) }
      guard let version = number ?? FlywayName(script)?.version else { continue }
      switch try row.decode(String.self, at: 1) {
      case "BASELINE": baseline = version
      case "SCHEMA": continue
      case "DELETE", "UNDO_SQL", "UNDO_JDBC", "UNDO_SCRIPT": applied[version] = nil
      default:
        applied[version] = try record(row, version, script)
        order.removeAll { $0 == version }
        order.append(version)
      }
    }
    return ForeignHistory(
      tool: tool, table: table.sql, records: order.compactMap { applied[$0] }, everythingUpTo: baseline)
  }

  private func record(_ row: Row, _ version: Version, _ script: String) throws -> ForeignRecord {
    try ForeignRecord(.version(version), label: script).with { record in
      record.fingerprint = try row.decode(Int64?.self, at: 3).map { .crc32(Int32(truncatingIfNeeded: $0)) }
      record.appliedAt = try row.decode(at: 4)
      record.appliedBy = try row.decode(at: 5)
      record.milliseconds = try row.decode(at: 6)
      record.failure = try row.decode(Bool.self, at: 7) ? nil : "success is false"
    }
  }
}
