import Catalog
import Migrations
import PostgresClient

/// What a survey of a database against its files found.
struct Drift: Sendable {
  let place: String
  let database: String
  let files: Int
  let differences: [Difference]
  /// What a reader of the differences has to know.
  let remarks: [String]
}

/// Reads a database, makes what its applied files make on a scratch database, and compares the two.
struct DriftSurvey: Sendable {
  let migrator: Migrator
  let scratch: ConnectionSettings?
  let tell: @Sendable (String) -> Void

  init(
    migrator: Migrator, scratch: ConnectionSettings?, _ tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.migrator = migrator
    self.scratch = scratch
    self.tell = tell
  }

  /// - Throws: ``MigrationError`` where the history is at fault, ``UsageError`` where there is nothing to compare with.
  func drift() async throws -> Drift {
    let view = try await applied()
    try await SharedScratchServer.tidy(scratch)
    let target = try await TargetEnvironment.read(migrator.settings)
    tell("reading the catalog of \(view.surroundings.database)")
    let live = try await catalog(of: migrator.settings)
    let (files, leftOut) = try await made(by: view, like: target)
    let sight = target.seesEveryJob ? files : files.onlyJobs(of: target.user)
    let foreign = try await migrator.foreignHistoryTables(view)
    let comparable = (leftOut.isEmpty ? live : live.without { $0.kind == .subscription })
      .without(tables: foreign)
    return Drift(
      place: view.surroundings.headline, database: view.surroundings.database, files: view.history.count,
      differences: Catalog.difference(expected: sight, actual: comparable),
      remarks: remarks(view, leftOut, seesEveryJob: target.seesEveryJob))
  }

  private func applied() async throws -> DatabaseView {
    let view = try await migrator.status()
    let name = view.surroundings.database
    guard view.surroundings.hasHistory else {
      throw UsageError(
        message: "database \"\(name)\" has no history of migrations, so there is nothing to compare it with",
        hint: "muster migrate applies the files; muster baseline says which of them it has already.")
    }
    let faults = view.reconciliation.faults.filter { if case .late = $0 { false } else { true } }
    guard faults.isEmpty else { throw MigrationError.history(faults) }
    if let newest = view.reconciliation.ahead.last {
      throw UsageError(
        message: """
          database "\(name)" is ahead of the files: version \(newest.version) (\(newest.name)) is applied and not in \
          \(migrator.directory)
          """,
        hint: "Compare it with the files that it was migrated with.")
    }
    return view
  }

  private func catalog(of settings: ConnectionSettings) async throws -> Catalog {
    try await PostgresConnection.withConnection(to: settings) { try Catalog.read($0) }
  }

  // MARK: The scratch database

  /// What the files make. Roles that the files themselves make must not be there before.
  private func made(
    by view: DatabaseView, like target: TargetEnvironment
  ) async throws -> (Catalog, [RehearsedStatement]) {
    var leavingOut: Set<String> = []
    while true {
      do {
        tell("running \(counted(view.history.count, "migration")) on a scratch database")
        return try await ScratchDatabase.with(like: target, on: scratch, leavingOut: leavingOut) { scratch in
          try await requireMuster(target, on: scratch.settings)
          let leftOut = try await migrator.rebuild(
            view, on: scratch.settings, musterAsScript: target.muster == .script,
            sparingServer: self.scratch != nil)
          return (try await catalog(of: scratch.settings), leftOut)
        }
      } catch let error as MigrationError {
        guard let role = target.roles.first(where: { error.isAbout(existingRole: $0) }),
          leavingOut.insert(role).inserted
        else { throw ScratchFailure(error: error, isNamed: scratch != nil, version: target.version) }
      }
    }
  }

  /// The plain script in its place would make other objects.
  private func requireMuster(_ target: TargetEnvironment, on scratch: ConnectionSettings) async throws {
    guard target.muster == .extension else { return }
    let isAvailable = try await PostgresConnection.withConnection(to: scratch) { connection in
      try !connection.query(
        "select from pg_catalog.pg_available_extensions where name = 'muster'"
      ).isEmpty
    }
    guard !isAvailable else { return }
    throw UsageError(
      message: "the target has the extension muster, and the scratch server cannot make it",
      hint: "Install it there (make -C sql install), or name a server that has it: --scratch-url")
  }

  private func remarks(
    _ view: DatabaseView, _ leftOut: [RehearsedStatement], seesEveryJob: Bool
  ) -> [String] {
    var remarks = leftOut.map { statement in
      let line = statement.remarks.lazy.compactMap(\.line).first
      return "\(statement.place): on the scratch database \(line ?? "left out")"
    }
    remarks += view.past.unfinished.map {
      "version \($0.version) is half applied (\(counted($0.done, "statement")) done); what it has made shows as differences"
    }
    if !seesEveryJob {
      remarks.append("only the jobs of \(view.surroundings.user) can be seen and are compared")
    }
    return remarks
  }
}

/// The files do not make on the scratch database what they made on the target.
struct ScratchFailure: HasExitStatus, CustomStringConvertible {
  let error: MigrationError
  let isNamed: Bool
  let version: Int

  var exitStatus: ExitStatus { error.isCancellation ? .interrupted : .usage }

  var description: String {
    let hint =
      isNamed
      ? "The scratch server has to have what the files need, extensions for example."
      : "If it lacks an extension, install that for PostgreSQL \(version) here, or name a server that has it: --scratch-url"
    return "the applied files do not run on the scratch database:\n\(error)\n\(hint)"
  }
}

extension MigrationError {
  fileprivate func isAbout(existingRole role: String) -> Bool {
    sqlState == "42710" && description.contains("role \"\(role)\" already exists")
  }
}
