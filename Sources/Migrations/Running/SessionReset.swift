import PostgresClient

/// What DISCARD ALL does, statement by statement, but for the advisory locks: one of them is the runner's own.
enum SessionReset {
  static let statements = [
    "close all", "set session authorization default", "reset all", "deallocate all", "unlisten *",
    "discard plans",
    "discard temp", "discard sequences",
  ]

  static var pipeline: [Statement] {
    statements.enumerated().map { Statement($1, syncAfter: $0 == statements.count - 1) }
  }

  /// Before the runner's own statements in a transaction that a file had a hand in: whatever role, timeouts or path it
  /// chose do not hold for them, and hold again for the file after the transaction.
  static let local = """
    select pg_catalog.set_config('session_authorization', null, true), pg_catalog.set_config('role', 'none', true),
      pg_catalog.set_config('statement_timeout', '0', true), pg_catalog.set_config('lock_timeout', '0', true),
      pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)
    """
}
