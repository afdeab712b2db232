import PostgresClient
public import SQLText

/// Brings a database up to date with a folder of migrations, or says how far it is.
///
///     let migrator = Migrator(settings, directory: "migrations")
///     let report = try await migrator.migrate { event in … }
///
/// - `migrate` applies what is pending: under one lock, each file in one transaction with its history row.
/// - `status` and `plan` read and never write.
/// - A database that is up to date is read and not locked or written.
public struct Migrator: Sendable {
  public struct Options: Sendable {
    /// How long one attempt of a file waits for a lock on a relation, where the file does not say. Whoever wants the
    /// same relation queues behind that wait, so it is short, and tried again.
    public var lockTimeout = Timeout(milliseconds: 2000)
    /// How long attempts that got no lock are repeated.
    public var retryFor = Duration.seconds(300)
    /// How long to wait for another runner to finish.
    public var lockWait = Duration.seconds(300)
    /// Whose names and markers the files have, where that is not left to what they look like.
    public var tool: Tool?
    /// Runs files although another tool's history says that it applied them.
    public var ignoresForeignHistory = false
    /// Whose history is kept: a tenant's schema by name, or the database's when empty.
    public var scope = ""
    /// Looks at what was done before it is committed; throws ``Refusal`` to have it rolled back. The files that can be in a
    /// transaction are in one together then.
    public var beforeCommit: (@Sendable (isolated PostgresConnection) throws -> Void)?
    /// Called once by `migrate`, ahead of all else, where a first look does not find everything applied.
    public var whenBehind: (@Sendable () async -> Void)?
    /// Where to end; below what is applied, files are taken back.
    public var target = Target.newest
    /// Whether files below applied ones are applied all the same.
    public var allowsOutOfOrder = false
    /// What scripts may use beside their own text: variables, the environment they may ask for, files they include.
    public var context = ScriptContext.files()
    /// What the history says applied a file.
    public var musterVersion = "0.1.0"
    /// Looks on at each statement, where a copy of the database is migrated to see what that does.
    var rehearsal: Rehearsal?
    /// In place of the folder's files, where what others made is made again.
    var files: [MigrationFile]?
    /// Likewise of what is in `objects/`.
    var objects: ObjectFolder?

    public init() {}
  }

  public let settings: ConnectionSettings
  public let directory: String
  public let options: Options

  public init(_ settings: ConnectionSettings, directory: String, options: Options = .init()) {
    self.settings = settings
    self.directory = directory
    self.options = options
  }

  /// Applies the pending files in order.
  public func migrate(
    _ report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
  ) async throws(MigrationError) -> MigrationReport {
    try await connected { [scope = options.scope] in
      try Glance.read($0, scope: scope)
    } _: { connection, folder, glance -> MigrationReport in
      let objects = try objects()
      if isUpToDate(glance, folder, objects) {
        return MigrationReport(glance.surroundings, versionsBefore: files(folder).map(\.version))
      }
      await options.whenBehind?()
      let state = try await connection.run { [scope = options.scope] in
        try DatabaseState(glance.surroundings, scope: scope, $0)
      }
      let view = try await compare(folder, objects, with: state, connection)
      var result = MigrationReport(view.surroundings, versionsBefore: view.history.map(\.version))
      tellOddities(view, report)
      let due = try tasks(view, folder)
      guard !due.isEmpty else { return result }
      if let error = view.surroundings.unwritable { throw error }
      let given = due.given
      await connection.run { $0.onNotice { report(.notice(given.hidden(in: $0))) } }
      let deployment = Deployment(
        connection: connection, connectionSettings: settings, options: options,
        report: report)
      let deployed = try await deployment.underLock(view.surroundings) { backend in
        let view = try await compare(folder, objects, with: self.state(connection), connection)
        let tasks = try tasks(view, folder)
        if let standIn = StandIn(for: folder.tool, in: try works(view, folder)),
          try await connection.run({ try standIn.create($0) })
        {
          report(.standInCreated(table: standIn.table, folder.tool))
        }
        return try await deployment.run(tasks, view.surroundings, backend: backend)
      }
      (result.done, result.objects, result.objectsTook) =
        (deployed.done, deployed.objects, deployed.objectsTook)
      return result
    }
  }

  /// What there is and what is missing. Reads only.
  public func status() async throws(MigrationError) -> DatabaseView {
    try await connected { connection, folder, state in
      try await compare(folder, with: state, connection, heedingFaults: false)
    }
  }

  /// The SQL of a version as it was applied; nil where the history does not have the version.
  public func appliedSQL(of version: Version) async throws(MigrationError) -> String? {
    try await connected { connection, _, state in
      guard state.surroundings.hasHistory else { return nil }
      return try await connection.run { try History(scope: options.scope).sql(of: [version], $0)[version] }
    }
  }

  /// What `migrate` would run, checked as far as it can be without running it. Reads only.
  public func plan() async throws(MigrationError) -> MigrationPlan {
    try await connected { connection, folder, state in
      _ = try await connection.run { try $0.execute("begin read only") }
      let view = try await compare(folder, with: state, connection)
      return MigrationPlan(view: view, steps: try tasks(view, folder).works)
    }
  }

  // MARK: Steps

  /// Whether one look tells that there is nothing to do.
  private func isUpToDate(_ glance: Glance, _ folder: MigrationFolder, _ objects: ObjectFolder) -> Bool {
    options.target == .newest && glance.isUpToDate(files(folder), objects.files)
  }

  private func files(_ folder: MigrationFolder) -> [MigrationFile] { options.files ?? folder.files }

  private func objects() throws(FileError) -> ObjectFolder {
    if let objects = options.objects { return objects }
    return try ObjectFolder(in: directory, context: options.context)
  }

  /// Runs the body on a session, with the folder and the database read.
  func connected<T: Sendable>(
    _ body: (PostgresConnection, MigrationFolder, DatabaseState) async throws -> T
  ) async throws(MigrationError) -> T {
    let scope = options.scope
    return try await connected({ try DatabaseState.read($0, scope: scope) }, body)
  }

  /// Reads the folder, and the database meanwhile, and runs the body on the session. What is wrong with the folder is told
  /// first, whatever the server says.
  private func connected<T: Sendable, State: Sendable>(
    _ look: @escaping @Sendable (isolated PostgresConnection) throws -> State,
    _ body: (PostgresConnection, MigrationFolder, State) async throws -> T
  ) async throws(MigrationError) -> T {
    let reaching = Task { try await reach(look) }
    defer { reaching.cancel() }
    do {
      let folder = try MigrationFolder(reading: directory, as: options.tool, context: options.context)
      let (connection, state) = try await reaching.value
      defer { connection.finish() }
      return try await body(connection, folder, state)
    } catch {
      throw MigrationError(error)
    }
  }

  private func reach<State: Sendable>(
    _ look: @Sendable (isolated PostgresConnection) throws -> State
  ) async throws -> (PostgresConnection, State) {
    let connection = try await PostgresConnection.connect(settings)
    do {
      return (connection, try await connection.run(look))
    } catch {
      await connection.close()
      throw error
    }
  }

  /// Another look at the database.
  func state(_ connection: PostgresConnection) async throws -> DatabaseState {
    try await connection.run { try DatabaseState.read($0, scope: options.scope) }
  }

  /// What the files and the database come to together. Throws what keeps files from running, where that is heeded.
  func compare(
    _ folder: MigrationFolder, _ objects: ObjectFolder? = nil, with state: DatabaseState,
    _ connection: PostgresConnection, heedingFaults: Bool = true
  ) async throws -> DatabaseView {
    let objects = try objects ?? self.objects()
    let files = files(folder)
    let entries = state.past.entries
    var reconciliation = Reconciliation(files: files, history: entries)
    if !reconciliation.unexplained.isEmpty {
      let kept = try await connection.run { [unexplained = reconciliation.unexplained] in
        try History(scope: options.scope).sql(of: unexplained, $0)
      }
      reconciliation = Reconciliation(files: files, history: entries, kept: kept)
    }
    // What another tool has applied is looked for once: before there is anything of Muster's own.
    let looksElsewhere = entries.isEmpty && options.scope.isEmpty && !options.ignoresForeignHistory
    let foreign = looksElsewhere ? try await connection.run { try Adoption.due(folder, $0) } : nil
    if heedingFaults, let foreign { throw AdoptionError.notAdopted(foreign) }
    let faults = reconciliation.faults.filter(isInTheWay)
    if heedingFaults, !faults.isEmpty { throw MigrationError.history(faults) }
    return DatabaseView(
      surroundings: state.surroundings, past: state.past, reconciliation: reconciliation,
      objects: ObjectComparison(objects, state.past.objects), foreign: foreign)
  }

  private func isInTheWay(_ fault: HistoryFault) -> Bool {
    guard case .late(let file, _) = fault else { return true }
    if case .version(let target) = options.target, file.version > target { return false }
    return !options.allowsOutOfOrder
  }

  /// All that is to be done, read to the end. Code objects are a part of it where they changed, and where a file that runs
  /// could take one away.
  private func tasks(_ view: DatabaseView, _ folder: MigrationFolder) throws -> Tasks {
    let works = try works(view, folder)
    guard view.objects.hasChanges || !(works.isEmpty || view.objects.files.isEmpty) else {
      return Tasks(works: works)
    }
    let set = try ObjectSet(view.objects.files.map(\.file), in: view.surroundings.session)
    return Tasks(works: works, objects: ObjectWork(set: set, comparison: view.objects))
  }

  /// The files that are to run, in order.
  private func works(_ view: DatabaseView, _ folder: MigrationFolder) throws -> [Work] {
    let hooks = try Hooks(of: folder)
    let course = try Course(view.reconciliation, view.past, to: options.target)
    let session = view.surroundings.session
    let begun = Set(view.past.unfinished.map(\.version))
    let works = try course.legs.compactMap { leg in
      let script =
        leg.direction == .down
        ? try leg.file.downScript(in: session)
        : try leg.file.script(in: session)
      return script.map { Work(leg.file, $0, leg.direction, isBegun: begun.contains(leg.file.version)) }
    }
    func hook(_ file: MigrationFile?, _ moment: Hooks.Moment) throws -> [Work] {
      try file.map { [Work($0, try $0.script(in: session), .hook(moment))] } ?? []
    }
    let after = try hook(hooks.after, .after)
    if works.isEmpty { return view.past.owesHook ? after : [] }
    return try hook(hooks.before, .before) + works + after
  }

  private func tellOddities(_ view: DatabaseView, _ report: @Sendable (MigrationEvent) -> Void) {
    for applied in view.reconciliation.reencoded { report(.reencoded(applied.file)) }
    if !view.reconciliation.ahead.isEmpty { report(.ahead(view.reconciliation.ahead)) }
    if !view.objects.unknown.isEmpty { report(.objectsUnknown(view.objects.unknown)) }
    for case .late(let file, let newest) in view.reconciliation.faults where options.allowsOutOfOrder {
      report(.outOfOrder(file, newest: newest))
    }
  }
}
