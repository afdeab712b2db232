import PostgresClient

/// Looks at what files have done while it can still be taken back: in their transaction, behind all of it.
struct BeforeCommit: Sendable {
  typealias Look = @Sendable (isolated PostgresConnection) throws -> Void

  let look: Look
  let files: [MigrationFile]
  /// What the database is left with where the look ends badly.
  let outcome: StatementFailure.Outcome

  /// Throws `MigrationError.refused`, `StatementFailure` where the look itself came to grief, or what else the look throws.
  func callAsFunction(_ connection: isolated PostgresConnection) throws {
    do {
      try look(connection)
    } catch let refusal as Refusal {
      throw MigrationError.refused(refusal, files: files, outcome)
    } catch let error as PostgresError {
      guard let last = files.last else { throw error }
      throw StatementFailure(
        error, file: last, outcome: outcome, while: "looking at what was done, before committing it")
    }
  }
}

/// Thrown by a look before the commit: what was found against it, in lines for a person. What was done is rolled back.
public struct Refusal: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
