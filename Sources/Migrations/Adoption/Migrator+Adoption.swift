import PostgresClient

extension Migrator {
  /// What of another tool's history there is to take over. Reads only. `table` names it where several are there.
  public func adoption(from table: String? = nil) async throws(MigrationError) -> AdoptionView {
    try await connected { connection, folder, state in
      let adoption = try await connection.run {
        try Adoption.found(for: folder, own: state.past.versions, table: table, $0)
      }
      return AdoptionView(surroundings: state.surroundings, folder: folder, adoption: adoption)
    }
  }

  /// Writes into Muster's history, under the deployment lock and in one transaction, what was shown; runs no file and leaves
  /// the other tool's table as it is.
  ///
  /// Throws where the other tool has written since, and for each fault, unless it is an edit and edits are accepted.
  public func adopt(
    _ shown: AdoptionView, acceptingEdits: Bool = false,
    _ report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
  ) async throws(MigrationError) {
    let faults = shown.adoption.faults.filter { !acceptingEdits || !$0.isEdit }
    guard faults.isEmpty else {
      throw .adoption(.faults(faults, shown.adoption.history))
    }
    try await connected { connection, folder, state in
      if let error = shown.surroundings.unwritable { throw error }
      let deployment = Deployment(
        connection: connection, connectionSettings: settings, options: options, report: report)
      try await deployment.underLock(state.surroundings) { backend in
        try await connection.run { try takeOver(shown, folder, backend: backend, $0) }
      }
    }
  }

  private func takeOver(
    _ shown: AdoptionView, _ folder: MigrationFolder, backend: Int32,
    _ connection: isolated PostgresConnection
  ) throws {
    let history = History(scope: options.scope)
    try connection.transaction { connection in
      try connection.query("select \(DeploymentLock(scope: options.scope).gate(backend: backend))")
      try shown.adoption.history.holdStill(connection)
      let own = try DatabaseState.read(connection, scope: options.scope).past.versions
      let now = try Adoption.found(
        for: folder, own: own, table: shown.adoption.history.table, connection)
      guard now.taken.map(\.file.version) == shown.adoption.taken.map(\.file.version),
        now.faults.count == shown.adoption.faults.count
      else { throw AdoptionError.changed(now.history) }
      let rows = now.taken.map { history.adoption(of: $0, by: options.musterVersion) }
      for result in try connection.pipeline(rows) { _ = try result.get() }
    }
  }
}

/// What was found, and where.
public struct AdoptionView: Sendable {
  public let surroundings: Surroundings
  public let folder: MigrationFolder
  public let adoption: Adoption
}

extension Adoption {
  /// The history that is of these files. Throws ``AdoptionError`` when there is none, or more than one.
  static func found(
    for folder: MigrationFolder, own: Set<Version>, table: String?, _ connection: isolated PostgresConnection
  ) throws -> Adoption {
    let histories = try ForeignHistory.all(connection).filter { history in
      table.map { [history.table, history.table.replacing("public.", with: "")].contains($0) } ?? true
    }
    guard !histories.isEmpty else {
      throw AdoptionError.nothingFound(looked: Tool.allCases.filter { $0 != .muster })
    }
    let all = histories.map { Adoption($0, folder: folder, own: own) }
    let likely = all.filter { $0.history.tool == folder.tool }
    let candidates = likely.isEmpty ? all.filter { $0.concernsFolder || !own.isEmpty } : likely
    guard let adoption = candidates.first else {
      throw AdoptionError.otherFiles(histories, folder: folder.tool)
    }
    guard candidates.count == 1 else { throw AdoptionError.severalTables(candidates.map(\.history)) }
    return adoption
  }

  /// The history of another tool's that these files are in, on a database that has none of Muster's; nil where there is
  /// none, or it is of other files.
  static func due(_ folder: MigrationFolder, _ connection: isolated PostgresConnection) throws -> Adoption? {
    let all = try ForeignHistory.all(connection).map { Adoption($0, folder: folder) }.filter(\.concernsFolder)
    return all.first { $0.history.tool == folder.tool } ?? all.first
  }
}

extension ForeignHistory {
  /// Keeps the other tool from writing until the transaction ends, where this user may.
  func holdStill(_ connection: isolated PostgresConnection) throws {
    let mayLock: Bool = try connection.query(
      "select pg_catalog.has_table_privilege($1, 'update, delete')", [table]
    ).scalar()
    if mayLock { try connection.execute("lock table \(table) in share mode") }
  }
}

extension History {
  /// The row of a file that another tool applied, as of then.
  fileprivate func adoption(of taken: Adoption.Taken, by musterVersion: String) -> Statement {
    let (file, record) = (taken.file, taken.record)
    let checksum = file.checksum
    return Statement(
      """
      insert into muster.migration (scope, version, kind, name, checksum, checksum_algorithm, raw_checksum, sql,
        applied_at, applied_by, duration, muster_version)
      select $1, $2, 'adopted', $3, $4, $5, $6, $7, coalesce($8, pg_catalog.clock_timestamp()),
        coalesce($9::text::name, session_user), pg_catalog.make_interval(secs => $10 / 1000.0), $11
      """,
      [
        scope, file.version.digits, file.name, checksum.value, checksum.algorithm, checksum.raw,
        String(decoding: file.written, as: UTF8.self), record?.appliedAt, record?.appliedBy,
        record?.milliseconds ?? 0, musterVersion,
      ])
  }
}
