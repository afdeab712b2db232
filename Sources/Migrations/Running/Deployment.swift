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

  /// Under the lock, so that runners that start together do not create it together.
  private func createHistory() async throws {
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

  /// Does the works one after another.
  func run(
    _ works: [Work], _ surroundings: Surroundings, backend: Int32
  ) async throws -> [MigrationReport.Applied] {
    let settings = RunSettings(
      history: History(scope: options.scope), backend: backend, lockTimeout: options.lockTimeout,
      hasSingleByteText: surroundings.hasSingleByteText, musterVersion: options.musterVersion, report: report)
    var applied: [MigrationReport.Applied] = []
    for work in works {
      report(.starting(work.file, statements: work.script.statements.count))
      let start = ContinuousClock.now
      let watch = BlockerWatch(settings: connectionSettings, backend: backend) {
        report(.blocked(work.file, by: $0))
      }
      try await repeating(work.file) {
        try await watch.during {
          try await connection.run { try run(work, settings, $0) }
        }
      }
      if work.script.mentionsAdvisoryUnlock { try await connection.run { try lock.renew($0) } }
      let took = ContinuousClock.now - start
      report(.applied(work.file, took: took))
      applied.append(.init(file: work.file, statements: work.script.statements.count, took: took))
    }
    return applied
  }

  private func run(
    _ work: Work, _ settings: RunSettings, _ connection: isolated PostgresConnection
  ) throws {
    if work.script.directives.noTransaction {
      try StepwiseRun(work: work, settings: settings)(connection)
    } else {
      try TransactionalRun(works: [work], settings: settings, beforeCommit: options.beforeCommit)(connection)
    }
  }

  /// Tries again, with growing pauses, what failed for want of a lock and left nothing behind.
  private func repeating(_ file: MigrationFile, _ attempt: () async throws -> Void) async throws {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(250)
    for number in 1... {
      do {
        return try await attempt()
      } catch let failure as StatementFailure where failure.isTransient {
        let waited = ContinuousClock.now - start
        guard waited < options.retryFor else { throw MigrationError.relationLock(failure, waited: waited) }
        let rest = pause.jittered
        report(.retrying(file, failure, attempt: number, after: rest))
        try await Task.sleep(for: rest)
        pause = min(pause * 2, .seconds(8))
      }
    }
  }
}
