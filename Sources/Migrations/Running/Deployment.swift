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
      guard !surroundings.hasHistory else { return false }
      do {
        try connection.transaction { connection in
          if !surroundings.hasSchema { try connection.execute("create schema muster") }
          for statement in History.creation { try connection.execute(statement) }
        }
      } catch let error as PostgresError where error.kind == .server {
        throw ServerError.bookkeeping(error)
      }
      return true
    }
    if isNew { report(.historyCreated) }
  }

  /// What holds for all that is run while this server process has the lock.
  func settings(_ surroundings: Surroundings, backend: Int32) -> RunSettings {
    RunSettings(
      history: History(scope: options.scope), backend: backend, loginRole: surroundings.loginRole,
      lockTimeout: options.lockTimeout,
      hasSingleByteText: surroundings.hasSingleByteText, musterVersion: options.musterVersion, report: report,
      rehearsal: options.rehearsal)
  }

  /// Does the works one after another.
  func run(
    _ works: [Work], _ surroundings: Surroundings, backend: Int32
  ) async throws -> [MigrationReport.Applied] {
    let settings = settings(surroundings, backend: backend)
    try await connection.run { try HookNotes(works: works, settings: settings).write($0) }
    var applied: [MigrationReport.Applied] = []
    for step in steps(of: works) {
      guard let first = step.first else { continue }
      report(.starting(first.file, statements: first.script.statements.count))
      let start = ContinuousClock.now
      let watch = BlockerWatch(
        settings: connectionSettings, backend: backend,
        lockTimeout: first.script.directives.lockTimeout ?? options.lockTimeout
      ) {
        report(.blocked(first.file, by: $0))
      }
      let parts = try await watch.during {
        try await repeating(first.file, watch) {
          try await connection.run { try run(step, settings, $0) }
        }
      }
      let took = ContinuousClock.now - start
      for (work, part) in zip(step, parts ?? [took]) {
        report(work.event(took: part))
        applied.append(.init(work, took: part))
      }
    }
    return applied
  }

  /// One file after another; where the commit depends on a look at them, all together that can be in one transaction.
  private func steps(of works: [Work]) -> [[Work]] {
    guard options.beforeCommit != nil else { return works.map { [$0] } }
    return works.reduce(into: []) { steps, work in
      let last = steps.last?.last
      if work.script.directives.noTransaction || last?.script.directives.noTransaction ?? true {
        steps.append([work])
      } else {
        steps[steps.count - 1].append(work)
      }
    }
  }

  /// Returns how long each of several files took.
  private func run(
    _ step: [Work], _ settings: RunSettings, _ connection: isolated PostgresConnection
  ) throws -> [Duration]? {
    if let work = step.first, work.script.directives.noTransaction {
      try StepwiseRun(work: work, settings: settings, beforeCommit: options.beforeCommit)(connection)
      return nil
    }
    let parts = try TransactionalRun(works: step, settings: settings, beforeCommit: options.beforeCommit)(
      connection)
    return step.count > 1 ? parts : nil
  }

  /// Tries again, with growing pauses, what failed for want of a lock and left nothing behind.
  private func repeating<T: Sendable>(
    _ file: MigrationFile, _ watch: BlockerWatch, _ attempt: () async throws -> T
  ) async throws -> T {
    var retries = Retries(limit: options.retryFor)
    while true {
      let start = ContinuousClock.now
      do {
        return try await attempt()
      } catch var failure as StatementFailure where failure.isTransient {
        failure.blockers = watch.lastSeen
        guard let pause = retries.pause(behindAttemptFrom: start, to: .now) else {
          throw MigrationError.relationLock(failure, waited: retries.waited)
        }
        report(.retrying(file, failure, attempt: retries.count, after: pause))
        try await Task.sleep(for: pause)
      }
    }
  }
}
