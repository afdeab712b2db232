package import PostgresClient
package import Testing

/// The first value of the first row.
package func value(_ sql: String, in database: ConnectionSettings) async throws -> String? {
  let connection = try await PostgresConnection.connect(database)
  return try await connection.run { connection in
    defer { connection.close() }
    return try connection.query(sql).first?[0]
  }
}

package func script(_ sql: String, in database: ConnectionSettings) async throws {
  let connection = try await PostgresConnection.connect(database)
  try await connection.run { connection in
    defer { connection.close() }
    try connection.execute(sql)
  }
}

/// Waits for what another process does; fails when it has not happened after half a minute.
package func eventually(
  sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  for _ in 0..<3000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("it did not happen", sourceLocation: sourceLocation)
}
