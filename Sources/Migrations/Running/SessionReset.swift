import PostgresClient

/// What DISCARD ALL does, statement by statement, but for the advisory locks: one of them is the runner's own, and goes
/// with the others only in a transaction that holds it as well (`RunSettings.opening`).
struct SessionReset: Sendable {
  let statements: [String]

  init(_ surroundings: Surroundings) {
    // A server that looks whether its client is still there ends the statement of a killed runner, and with it the lock,
    // instead of going on for hours.
    let look = surroundings.canNoticeLostClients ? ["set client_connection_check_interval = '1s'"] : []
    statements =
      [
        "close all", "set session authorization default", "reset role", "reset all", "deallocate all",
        "unlisten *", "discard plans", "discard temp", "discard sequences",
      ] + look
  }

  var pipeline: [Statement] {
    statements.enumerated().map { Statement($1, syncAfter: $0 == statements.count - 1) }
  }

  /// Before the runner's own statements in a transaction that a file had a hand in: whatever role, timeouts or path it
  /// chose do not hold for them, and hold again for the file after the transaction. They run as the role that the session
  /// began with, to which the history belongs.
  static func local(as role: String) -> String {
    """
    select pg_catalog.set_config('session_authorization', null, true),
      pg_catalog.set_config('role', '\(role.replacing("'", with: "''"))', true),
      pg_catalog.set_config('statement_timeout', '0', true), pg_catalog.set_config('lock_timeout', '0', true),
      pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)
    """
  }
}
