import PostgresClient

/// A session that others wait for.
public struct Blocker: Sendable, Hashable, CustomStringConvertible {
  public let processID: Int32
  public let user: String?
  public let application: String?
  public let state: String?
  /// Since when its transaction, or else its statement, has been running, in seconds.
  public let age: Double?
  public let query: String?

  /// The sessions whose process ids the SQL selects. What this user may not see is nil.
  static func read(_ processes: String, _ connection: isolated PostgresConnection) throws -> [Blocker] {
    let rows = try connection.query(
      """
      select a.pid, a.usename, nullif(a.application_name, ''), a.state,
        pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - coalesce(a.xact_start, a.query_start)),
        nullif(a.query, '')
      from pg_catalog.pg_stat_activity a where a.pid in (\(processes)) order by 5 desc nulls last, 1
      """)
    return try rows.map { row in
      Blocker(
        processID: try row.decode(at: 0), user: try row.decode(at: 1), application: try row.decode(at: 2),
        state: try row.decode(at: 3), age: try row.decode(at: 4), query: try row.decode(at: 5))
    }
  }

  public var description: String {
    var parts = ["pid \(processID)"]
    if let user { parts.append("user \(user)") }
    if let application { parts.append("application \(application)") }
    if let state { parts.append(state) }
    if let age { parts.append("for \(Duration.seconds(age).brief)") }
    if let query {
      let line = query.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      parts.append("query: \(line.count > 120 ? line.prefix(119) + "…" : line)")
    }
    return parts.joined(separator: ", ")
  }
}

extension Duration {
  /// `18 ms`, `2.5 s`, `4 min 10 s`.
  package var brief: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds < 60_000 {
      let tenths = milliseconds % 1000 / 100
      return tenths == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(tenths) s"
    }
    let seconds = milliseconds / 1000
    return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
  }

  /// Between half and all of it: runners that wait together do not come back together.
  var jittered: Duration { self * Double.random(in: 0.5...1) }
}
