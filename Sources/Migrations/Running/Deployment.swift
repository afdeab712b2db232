import PostgresClient

/// One run of `migrate` on one session: takes the lock, applies files, releases it.
struct Deployment: Sendable {
  let connection: PostgresConnection
  let connectionSettings: ConnectionSettings
  let options: Migrator.Options
  let report: @Sendable (MigrationEvent) -> Void

  private var lock: DeploymentLock { DeploymentLock(scope: options.scope) }

  /// Runs the body while this session alone may migrate the database, with the history there. The body is told the
  /// server process that holds the lock.
  func underLock<T: Sendable>(
    _ surroundings: Surroundings, _ body: (_ backend: Int32) async throws -> T
  ) async throws -> T {
    try await Pooler(settings: connectionSettings)
      .refuseIfShared(connection, backend: surroundings.backendProcessID)
    try await acquire()
    let value: T
    do {
      let backend = surroundings.backendProcessID
      guard try await connection.run({ try lock.isHeld(by: backend, $0) }) else {
        throw ServerError.lockLost
      }
      try await createHistory()
      value = try await body(backend)
    } catch {
      _ = try? await connection.run { try lock.release($0) }
      throw error
    }
    if try await !connection.run({ try lock.release($0) }) { report(.lockLost) }
    return value
  }

  private func acquire() async throws {
    let start = ContinuousClock.now
    var pause = DeploymentLock.firstPause
    var told: Blocker??
    while try await !connection.run({ try lock.tryAcquire($0) }) {
      let holder = try await connection.run { try lock.holder($0) }
      if told == nil || told??.processID != holder?.processID { report(.waitingForLock(holder: holder)) }
      told = .some(holder)
      let waited = ContinuousClock.now - start
      guard waited < options.lockWait else { throw LockError(waited: waited, holder: holder) }
      try await Task.sleep(for: min(pause.jittered, options.lockWait - waited))
      pause = min(pause * 2, DeploymentLock.longestPause)
    }
  }

  /// Under the lock, so that runners that start together do not create it together. Tenants in one database have a lock each:
  /// one of them may come first all the same, and then it is there.
  private func createHistory() async throws {
    do {
      try await createHistoryAlone()
    } catch ServerError.bookkeeping(let error) where ["42P06", "42P07", "23505"].contains(error.code) {
      try await createHistoryAlone()
    }
  }

  private func createHistoryAlone() async throws {
    let isNew = try await connection.run { connection in
      let surroundings = try Surroundings.read(connection)
      let hasObjects = try surroundings.hasHistory && ObjectTable.isThere(connection)
      let tables =
        (surroundings.hasHistory ? [] : History.creation) + (hasObjects ? [] : ObjectTable.creation)
      guard !tables.isEmpty else { return false }
      do {
        try connection.transaction { connection in
          if !surroundings.hasSchema { try connection.execute("create schema muster") }
          for statement in tables { try connection.execute(statement) }
        }
      } catch let error as PostgresError where error.kind == .server {
        throw ServerError.bookkeeping(error)
      }
      return !surroundings.hasHistory
    }
    if isNew { report(.historyCreated) }
  }

  /// What holds for all that is run while this server process has the lock.
  func settings(_ surroundings: Surroundings, backend: Int32) -> RunSettings {
    RunSettings(
      history: History(scope: options.scope), backend: backend, loginRole: surroundings.loginRole,
      lockTimeout: options.lockTimeout,
      hasSingleByteText: surroundings.hasSingleByteText, reset: SessionReset(surroundings),
      musterVersion: options.musterVersion, report: report, rehearsal: options.rehearsal)
  }

  /// Does the works one after another, and makes the code objects what the folder says: behind the files, ahead of the hook
  /// that is to find all done.
  func run(_ tasks: Tasks, _ surroundings: Surroundings, backend: Int32) async throws -> Deployed {
    let steps = steps(of: tasks)
    let watch = BlockerWatch(
      settings: connectionSettings, backend: backend, lockTimeouts: steps.map(lockTimeout), report: report)
    let watching = watch.start()
    defer { watching.cancel() }
    return try await run(
      steps, tasks, settings(surroundings, backend: backend), watch, connection)
  }

  private func lockTimeout(of step: DeploymentStep) -> Timeout {
    step.works.first?.script.directives.lockTimeout ?? options.lockTimeout
  }

  /// On the connection's own thread from step to step: to leave it between two small files takes as long as to run one.
  private func run(
    _ initialSteps: [DeploymentStep], _ tasks: Tasks, _ settings: RunSettings, _ watch: BlockerWatch,
    _ connection: isolated PostgresConnection
  ) async throws -> Deployed {
    try HookNotes(works: tasks.works, settings: settings).write(connection)
    var deployed = Deployed()
    var steps = initialSteps
    while let step = steps.first {
      do {
        try await run(step, settings, watch, &deployed, connection)
        steps.removeFirst()
      } catch let failure as StatementFailure {
        guard let wider = try await makingWay(for: failure, in: steps, tasks.objects, settings) else {
          throw failure
        }
        steps = wider
      }
    }
    return deployed
  }

  private func run(
    _ step: DeploymentStep, _ settings: RunSettings, _ watch: BlockerWatch, _ deployed: inout Deployed,
    _ connection: isolated PostgresConnection
  ) async throws {
    if let first = step.works.first {
      report(.starting(first.file, statements: first.script.statements.count))
    }
    let start = ContinuousClock.now
    watch.turn(to: step)
    let (parts, changes) = try await repeating(step, watch, connection) {
      try run(step, settings, connection)
    }
    let took = ContinuousClock.now - start
    for (work, part) in zip(step.works, parts ?? [took]) {
      report(work.event(took: part))
      deployed.done.append(.init(work, took: part))
    }
    if let changes { deployed.add(changes, took: step.works.isEmpty ? took : .zero, report) }
  }

  /// Returns how long each of several files took, and what became of the code objects where they were in the step.
  private func run(
    _ step: DeploymentStep, _ settings: RunSettings, _ connection: isolated PostgresConnection
  ) throws -> ([Duration]?, [ObjectChange]?) {
    if !step.isTransactional {
      for work in step.works {
        try StepwiseRun(work: work, settings: settings, beforeCommit: options.beforeCommit)(connection)
      }
      return (nil, nil)
    }
    let stage = step.objects.map { ObjectStage($0, settings) }
    guard !step.works.isEmpty else {
      return (nil, try stage?.alone(before: options.beforeCommit, connection))
    }
    var transaction = TransactionalRun(
      works: step.works, settings: settings, beforeCommit: options.beforeCommit)
    stage?.take(part: step, in: &transaction)
    let parts = try transaction(connection)
    return (step.works.count > 1 ? parts : nil, stage?.changes)
  }

  /// Tries again, with growing pauses, what failed for want of a lock and left nothing behind.
  private func repeating<T>(
    _ step: DeploymentStep, _ watch: BlockerWatch, _ connection: isolated PostgresConnection,
    _ attempt: () throws -> T
  ) async throws -> T {
    var retries = Retries(limit: options.retryFor)
    while true {
      let start = ContinuousClock.now
      do {
        return try attempt()
      } catch var failure as StatementFailure where failure.isTransient {
        failure.blockers = watch.lastSeen
        guard let pause = retries.pause(behindAttemptFrom: start, to: .now) else {
          throw MigrationError.relationLock(failure, waited: retries.waited)
        }
        report(step.retrying(failure, attempt: retries.count, after: pause))
        try await Task.sleep(for: pause)
      }
    }
  }
}
