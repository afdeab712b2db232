import PostgresClient

/// The limits that a file or a statement is given; nil leaves the session's own.
struct Timeouts: Sendable, Hashable {
  var lock: Timeout?
  var statement: Timeout?

  private var settings: [(name: String, limit: Timeout)] {
    let all = [("lock_timeout", lock), ("statement_timeout", statement)]
    return all.compactMap { name, limit in limit.map { (name, $0) } }
  }

  var isEmpty: Bool { settings.isEmpty }

  /// Expressions of a select list that set them to the end of the transaction.
  var local: [String] {
    settings.map { "pg_catalog.set_config('\($0.name)', '\($0.limit.milliseconds)', true)" }
  }

  /// Statements that set them for the session.
  var session: [String] { settings.map { "set \($0.name) = \($0.limit.milliseconds)" } }

  /// Around a statement in a transaction, where the limits of the file, or those it has set itself, hold again behind it.
  /// What was is kept in a setting of our own, so that no answer has to be waited for.
  var around: (before: String, after: String) {
    let kept = settings.map {
      "pg_catalog.set_config('muster.\($0.name)', pg_catalog.current_setting('\($0.name)'), true)"
    }
    let restored = settings.map {
      "pg_catalog.set_config('\($0.name)', pg_catalog.current_setting('muster.\($0.name)'), true)"
    }
    return (
      "select " + (kept + local).joined(separator: ", "), "select " + restored.joined(separator: ", ")
    )
  }

  /// Runs the body under them; the session's own hold again behind it, unless it fails.
  func during(
    _ connection: isolated PostgresConnection, _ body: (isolated PostgresConnection) throws -> Void
  ) throws {
    guard !isEmpty else { return try body(connection) }
    let names = settings.map(\.name)
    let before = try connection.query(
      "select " + names.map { "pg_catalog.current_setting('\($0)')" }.joined(separator: ", "))[0].cells
    for setting in session { try connection.execute(setting) }
    try body(connection)
    let restored = names.enumerated().map { "pg_catalog.set_config('\($1)', $\($0 + 1), false)" }
    try connection.query("select " + restored.joined(separator: ", "), before)
  }
}
