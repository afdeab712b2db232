import PostgresClient

/// Asks questions on behalf of many people over one connection, a pipeline of them in one round trip.
///
/// Each is asked in a transaction of its own, with the person's role and claims, so that row-level security decides.
struct Reader: Sendable {
  /// What somebody gets who may not ask at all.
  static let refused = "refused"

  private let connection: PostgresConnection

  init(_ settings: ConnectionSettings) async throws {
    connection = try await PostgresConnection.connect(settings)
    // Planning under row-level security costs more than asking does.
    _ = try await connection.run { try $0.execute("set plan_cache_mode = force_generic_plan") }
  }

  func close() async { await connection.close() }

  func answers(to errands: [Audience.Errand]) async throws -> [Audience.Reading] {
    let statements = errands.flatMap { errand in
      let query = errand.viewpoint.query
      return [
        Acting.entrance(of: errand.viewpoint.persona),
        Statement(
          "select pg_catalog.pg_current_snapshot()::text, (\(query.sql))::text", query.parameters,
          prepared: true, syncAfter: true),
      ]
    }
    let results = try await connection.run { try $0.pipeline(statements) }
    return try errands.indices.map { index in
      _ = try results[2 * index].get()
      return try Self.reading(of: errands[index], results[2 * index + 1])
    }
  }

  private static func reading(
    of errand: Audience.Errand, _ result: Result<Rows, PostgresError>
  ) throws(PostgresError) -> Audience.Reading {
    switch result {
    case .success(let rows):
      let row = rows.first
      return Audience.Reading(
        number: errand.number, answer: row?[1] ?? "", snapshot: row?[0].flatMap(Snapshot.init))
    case .failure(let error) where error.code == .insufficientPrivilege:
      return Audience.Reading(number: errand.number, answer: refused, snapshot: nil)
    case .failure(let error): throw error
    }
  }
}

/// How one statement of a pipeline puts on somebody's role and claims, until the next synchronisation.
enum Acting {
  static func entrance(of persona: Persona) -> Statement {
    Statement(
      """
      select pg_catalog.set_config('role', $1, true), pg_catalog.set_config('request.jwt.claims', $2, true)
      """, [persona.role, persona.claims ?? ""], prepared: true)
  }
}
