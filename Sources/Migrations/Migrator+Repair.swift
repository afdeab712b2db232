import PostgresClient

extension Migrator {
  /// What is to be repaired, and nothing else. Reads only.
  public func repairPlan(_ wishes: RepairWishes = .init()) async throws(MigrationError) -> RepairPlan {
    try await connected { connection, folder, state in
      try await plan(wishes, connection, folder, state).plan
    }
  }

  /// Makes the changes that were shown, all in one transaction and under the deployment lock. Throws
  /// `MigrationError.repair` where they are not what is to be changed any more.
  public func repair(
    _ shown: RepairPlan, _ wishes: RepairWishes = .init(),
    _ report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
  ) async throws(MigrationError) {
    guard !shown.changes.isEmpty else { return }
    try await connected { connection, folder, state in
      let view = try await plan(wishes, connection, folder, state).view
      if let error = view.surroundings.unwritable { throw error }
      let deployment = Deployment(
        connection: connection, connectionSettings: settings, options: options, report: report)
      try await deployment.underLock(view.surroundings) { backend in
        let plan = try await plan(wishes, connection, folder, self.state(connection)).plan
        guard plan.changes.map(\.identity) == shown.changes.map(\.identity) else {
          throw RepairError.overtaken
        }
        let settings = deployment.settings(view.surroundings, backend: backend)
        let statements = plan.changes.flatMap {
          $0.statements(in: settings.history, by: settings.musterVersion)
        }
        try await connection.run { try settings.write(statements, $0) }
      }
    }
  }

  private func plan(
    _ wishes: RepairWishes, _ connection: PostgresConnection, _ folder: MigrationFolder,
    _ state: DatabaseState
  ) async throws -> (plan: RepairPlan, view: DatabaseView) {
    let view = try await compare(folder, with: state, connection, heedingFaults: false)
    let history = History(scope: options.scope)
    let kept =
      view.surroundings.hasHistory
      ? try await connection.run { try history.sql(of: wishes.forget, $0) } : [:]
    let plan = try RepairPlan(
      files: folder.files, past: view.past, reconciliation: view.reconciliation, kept: kept, wishes: wishes)
    return (plan, view)
  }
}

extension RunSettings {
  /// Writes rows of the history and the journal in one transaction, under the deployment lock, and nothing where one of
  /// them is not as expected.
  func write(
    _ statements: [(Statement, rows: Int?)], _ connection: isolated PostgresConnection
  ) throws {
    do {
      try connection.transaction { connection in
        let results = try connection.pipeline(
          [gate(Timeouts(lock: lockTimeout)), bookkeeping] + statements.map(\.0))
        for (result, rows) in zip(results, [nil, nil] + statements.map(\.rows)) {
          let changed = try result.get().tag.rows
          if let rows, changed != rows { throw RepairError.overtaken }
        }
      }
    } catch let error as PostgresError where error.code == "22012" {
      throw ServerError.lockLost
    } catch let error as PostgresError where error.code == "42501" {
      throw ServerError.bookkeeping(error)
    }
  }
}
