import PostgresClient

/// Who keeps others waiting for a lock: a session, or a transaction that was prepared and belongs to none.
public struct Blocker: Sendable, Hashable, CustomStringConvertible {
  /// Nil for a prepared transaction.
  public let processID: Int32?
  public let user: String?
  public let application: String?
  /// What the server calls the process, such as `autovacuum worker`; nil for a client's.
  public let background: String?
  /// The name of a prepared transaction.
  public let preparedAs: String?
  public let state: String?
  /// Since when its transaction, or else its statement, has been running, in seconds.
  public let age: Double?
  public let query: String?

  /// The sessions whose process ids the SQL selects. What this user may not see is nil.
  static func read(_ processes: String, _ connection: isolated PostgresConnection) throws -> [Blocker] {
    let rows = try connection.query(
      """
      select a.pid, a.usename, nullif(a.application_name, ''), nullif(a.backend_type, 'client backend'), null, a.state,
        pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - coalesce(a.xact_start, a.query_start)),
        nullif(a.query, '')
      from pg_catalog.pg_stat_activity a where a.pid in (\(processes)) order by 7 desc nulls last, 1
      """)
    return try rows.map(Blocker.init)
  }

  /// Whoever keeps a server process waiting.
  static func of(_ backend: Int32, _ connection: isolated PostgresConnection) throws -> [Blocker] {
    let processes: [Int32] = try connection.query("select pg_catalog.pg_blocking_pids(\(backend))").scalar()
    guard !processes.isEmpty else { return [] }
    let sessions = try read(processes.map(String.init).joined(separator: ", "), connection)
    return sessions + (processes.contains(0) ? try preparedTransactions(before: backend, connection) : [])
  }

  /// A prepared transaction holds its locks for nobody: the server gives it the process id 0.
  private static func preparedTransactions(
    before backend: Int32, _ connection: isolated PostgresConnection
  ) throws -> [Blocker] {
    let rows = try connection.query(
      """
      select distinct null::integer, p.owner, null, null, p.gid, null,
        pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - p.prepared), null
      from pg_catalog.pg_locks w
        join pg_catalog.pg_locks h on h.pid is null and h.granted and h.locktype = w.locktype
          and (h.database, h.relation, h.page, h.tuple, h.transactionid, h.classid, h.objid, h.objsubid)
            is not distinct from
            (w.database, w.relation, w.page, w.tuple, w.transactionid, w.classid, w.objid, w.objsubid)
        join pg_catalog.pg_locks x on x.pid is null and x.locktype = 'transactionid' and x.granted
          and x.virtualtransaction = h.virtualtransaction
        join pg_catalog.pg_prepared_xacts p on p.transaction = x.transactionid
      where w.pid = \(backend) and not w.granted
      """)
    return try rows.map(Blocker.init)
  }

  private init(_ row: Row) throws {
    processID = try row.decode(at: 0)
    user = try row.decode(at: 1)
    application = try row.decode(at: 2)
    background = try row.decode(at: 3)
    preparedAs = try row.decode(at: 4)
    state = try row.decode(at: 5)
    age = try row.decode(at: 6)
    query = try row.decode(at: 7)
  }

  public var description: String {
    var parts: [String] = []
    if let processID { parts.append("pid \(processID)") }
    if let preparedAs { parts.append("prepared transaction '\(preparedAs)'") }
    if let background { parts.append(background) }
    if let user { parts.append("user \(user)") }
    if let application { parts.append("application \(application)") }
    if let state { parts.append(state) }
    if let age { parts.append("for \(Duration.seconds(age).brief)") }
    if let query {
      let line = query.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      parts.append("query: \(line.count > 120 ? line.prefix(119) + "…" : line)")
    }
    if preparedAs != nil { parts.append("COMMIT PREPARED or ROLLBACK PREPARED ends it") }
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
