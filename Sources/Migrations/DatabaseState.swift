import PostgresClient

/// What a database is and what it remembers, before it is compared with files.
struct DatabaseState: Sendable {
  let surroundings: Surroundings
  let past: Past

  /// Reads only. Throws ``ServerError`` as ``Surroundings/require(scope:_:)`` does.
  static func read(_ connection: isolated PostgresConnection, scope: String) throws -> DatabaseState {
    try DatabaseState(Surroundings.require(scope: scope, connection), scope: scope, connection)
  }

  init(_ surroundings: Surroundings, scope: String, _ connection: isolated PostgresConnection) throws {
    self.surroundings = surroundings
    past = surroundings.hasHistory ? try History(scope: scope).read(connection) : .none
  }
}
