import PostgresClient

/// `sqitch.changes`: what is deployed now, with the SHA-1 of each script. One registry can hold several projects.
struct SqitchHistory: ForeignHistoryReader {
  let tool = Tool.sqitch
  let companions = ["dependencies", "events", "projects", "releases", "tags"]

  func recognises(_ table: ForeignTable, among all: [ForeignTable]) -> Bool {
    table.name == "changes"
      && table.columns.isSuperset(of: ["change_id", "change", "project", "committed_at", "planned_at"])
  }

  func read(_ table: ForeignTable, _ connection: isolated PostgresConnection) throws -> ForeignHistory {
    let hash = table.columns.contains("script_hash") ? "script_hash" : "null::text"
    let rows = try connection.query(
      """
      select change, \(hash), committed_at, committer_name, change_id, project from \(table.sql) order by committed_at
      """)
    var seen: [String: Int] = [:]
    let records = try rows.map { row in
      let (change, project) = (try row.decode(String.self, at: 0), try row.decode(String.self, at: 5))
      let occurrence = seen["\(project):\(change)", default: 0]
      seen["\(project):\(change)"] = occurrence + 1
      return try ForeignRecord(.change(change, project: project, occurrence: occurrence), label: change).with
      { record in
        let hash = try row.decode(String?.self, at: 1)
        // Where a registry was made before Sqitch kept hashes, it has the id of the change in their place.
        if let hash, hash != (try row.decode(String.self, at: 4)) { record.fingerprint = .sha1(hash) }
        record.appliedAt = try row.decode(at: 2)
        record.appliedBy = try row.decode(at: 3)
      }
    }
    return ForeignHistory(tool: tool, table: table.sql, records: records)
  }
}
