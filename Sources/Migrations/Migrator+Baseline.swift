import PostgresClient

/// What a baseline would note as applied without running it.
public struct BaselinePlan: Sendable {
  public let view: DatabaseView
  /// The files up to the version that the history does not have, in order.
  public let files: [MigrationFile]
  /// How many the history has already.
  public let known: Int
  /// Whether the database has nothing of its own, so that a baseline is hardly what is meant.
  public let isEmptyDatabase: Bool
}

extension Migrator {
  /// What a baseline at the version would note. Reads only. Throws `MigrationError.course` where no file has the version.
  public func baselinePlan(at version: Version) async throws(MigrationError) -> BaselinePlan {
    try await connected { connection, folder, state in
      try await plan(version, connection, folder, state)
    }
  }

  /// Notes every file up to the version as applied, and runs none: for a database that was there before Muster and has what
  /// the files make. Under the deployment lock, in one transaction. Returns what was noted.
  public func baseline(
    at version: Version, _ report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
  ) async throws(MigrationError) -> BaselinePlan {
    try await connected { connection, folder, state in
      let shown = try await plan(version, connection, folder, state)
      if let error = shown.view.surroundings.unwritable { throw error }
      let deployment = Deployment(
        connection: connection, connectionSettings: settings, options: options, report: report)
      return try await deployment.underLock(shown.view.surroundings) { backend in
        let plan = try await plan(version, connection, folder, self.state(connection))
        let settings = deployment.settings(plan.view.surroundings, backend: backend)
        let statements = plan.files.flatMap { file in
          let row = settings.history.insertion(of: file, by: settings.musterVersion, as: .baseline)
          let journal = Journal(scope: options.scope, version: file.version)
          return [(row, rows: Int?.some(1)), (journal.clearing, rows: nil)]
        }
        try await connection.run { try settings.write(statements, $0) }
        return plan
      }
    }
  }

  private func plan(
    _ version: Version, _ connection: PostgresConnection, _ folder: MigrationFolder, _ state: DatabaseState
  ) async throws -> BaselinePlan {
    let versions = folder.files.map(\.version).filter { !$0.isRepeatable }
    guard versions.contains(version) else {
      throw CourseError.unknown(
        version, below: versions.last { $0 < version }, above: versions.first { $0 > version })
    }
    let view = try await compare(folder, with: state, connection, heedingFaults: false)
    let known = state.past.versions
    let isEmpty = try await connection.run { try DatabaseContents.isEmpty($0) }
    return BaselinePlan(
      view: view,
      files: folder.files.filter {
        !$0.version.isRepeatable && $0.version <= version && !known.contains($0.version)
      },
      known: known.filter { $0 <= version }.count, isEmptyDatabase: isEmpty)
  }
}

/// What a database holds beside the system's and the runner's own.
enum DatabaseContents {
  static func isEmpty(_ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query(
      """
      select not exists (
        select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'muster'))
      """
    ).scalar()
  }
}
