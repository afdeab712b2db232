package import PostgresClient
package import Testing

/// The first value of the first row.
package func value(_ sql: String, in database: ConnectionSettings) async throws -> String? {
  try await PostgresConnection.withConnection(to: database) { try $0.query(sql).first?[0] }
}

package func script(_ sql: String, in database: ConnectionSettings) async throws {
  try await PostgresConnection.withConnection(to: database) { _ = try $0.execute(sql) }
}

/// Waits for what another process does; fails when it has not happened after minutes, which is long even on
/// a busy machine.
package func eventually(
  sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  for _ in 0..<30_000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("it did not happen", sourceLocation: sourceLocation)
}
