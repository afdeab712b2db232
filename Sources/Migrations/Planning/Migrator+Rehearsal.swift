public import PostgresClient

/// What the pending files did on a copy of the database.
public struct RehearsalReport: Sendable {
  /// As they ran.
  public let statements: [RehearsedStatement]
  /// Why the files do not run to their end.
  public let failure: MigrationError?
  /// Whether the server of the copy counts scans; where it does not, none are shown.
  public let countsScans: Bool
}

extension Migrator {
  /// Runs what is pending on a copy of the database that has its schema and its history, and says what each statement did
  /// there and how big on the database itself is what it did it to. Only the copy is written.
  ///
  /// - Parameters:
  ///   - copy: a database that nobody else uses, reached as a superuser.
  ///   - sparesServer: whether others use the server of the copy, so that what its databases share stays as it is.
  /// - Returns: what ran, and why it ended where it did not run to the end.
  /// - Throws: `MigrationError` where the database or the copy could not be looked at.
  public func rehearse(
    on copy: ConnectionSettings, sparingServer sparesServer: Bool = false
  ) async throws(MigrationError) -> RehearsalReport {
    let rehearsal = Rehearsal(sparesServer: sparesServer)
    var options = options
    options.retryFor = .zero
    options.beforeCommit = nil
    options.ignoresForeignHistory = true
    options.rehearsal = rehearsal
    do {
      let countsScans = try await PostgresConnection.withConnection(to: copy) { connection in
        try rehearsal.begin(connection)
        return try connection.query("select pg_catalog.current_setting('track_counts')::boolean").scalar(
          Bool.self)
      }
      let failure = await Migrator(copy, directory: directory, options: options).outcome()
      return RehearsalReport(
        statements: try await withSizes(rehearsal.statements), failure: failure, countsScans: countsScans)
    } catch {
      throw MigrationError(error)
    }
  }

  private func outcome() async -> MigrationError? {
    do {
      _ = try await migrate()
      return nil
    } catch {
      return error
    }
  }

  private func withSizes(_ statements: [RehearsedStatement]) async throws -> [RehearsedStatement] {
    let names = Set(statements.flatMap { $0.effects.compactMap(\.nameOnTarget) })
    let sizes = try await PostgresConnection.withConnection(to: settings) { try TargetSizes.read(names, $0) }
    return statements.map { statement in
      var statement = statement
      statement.effects = statement.effects.map { effect in
        var effect = effect
        effect.size = effect.nameOnTarget.flatMap { sizes[$0] }
        return effect
      }
      return statement
    }
  }
}
