import PostgresClient

/// Asks questions on behalf of many people over one connection, a pipeline of them in one round trip.
///
/// Each is asked in a transaction of its own, with the person's role and claims, so that row-level security decides.
struct Reader: Sendable {
  private let connection: PostgresConnection

  init(_ connection: PostgresConnection) { self.connection = connection }

  func answers(to errands: [Audience.Errand]) async throws -> [Audience.Reading] {
    let statements = errands.flatMap { errand in
      [
        Acting.entrance(of: errand.viewpoint.persona),
        Statement(
          "select pg_catalog.pg_current_snapshot()::text, (\(errand.viewpoint.question))::text",
          syncAfter: true),
      ]
    }
    let results = try await connection.run { try $0.pipeline(statements) }
    return zip(errands, errands.indices).map { errand, index in
      Self.reading(of: errand, entrance: results[2 * index], answer: results[2 * index + 1])
    }
  }

  /// A refusal is an answer too.
  private static func reading(
    of errand: Audience.Errand, entrance: Result<Rows, PostgresError>, answer: Result<Rows, PostgresError>
  ) -> Audience.Reading {
    do {
      _ = try entrance.get()
      let row = try answer.get().first
      return Audience.Reading(
        number: errand.number, answer: row?[1] ?? "", snapshot: row?[0].flatMap(Snapshot.init))
    } catch {
      return Audience.Reading(
        number: errand.number, answer: refusal(error.code, error.message), snapshot: nil)
    }
  }

  static func refusal(_ code: SQLState?, _ message: String) -> String {
    code == .insufficientPrivilege ? "refused" : "error \(code?.rawValue ?? "–"): \(message)"
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
