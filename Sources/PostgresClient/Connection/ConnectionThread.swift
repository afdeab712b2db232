internal import Glibc
internal import Synchronization

/// The executor of one connection: a thread that runs the actor's jobs and, between them, watches the socket.
///
/// The thread lives while the wire is open. A job that comes after that starts it anew, so that calls to a closed connection are
/// answered with an error instead of waiting for ever.
///
/// Unchecked, because `wire` may not be shared: it is touched on the thread only. `isRunning` is set under the lock before a thread
/// starts and cleared as its last act, so that there is one thread at a time, and each sees what the one before it did.
final class ConnectionThread: SerialExecutor, @unchecked Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var isRunning = false
    var isAbandoned = false
  }

  let wire: Wire
  private let wakeup: Wakeup
  private let state = Mutex(State())

  init() {
    wakeup = Wakeup()
    wire = Wire(wakeup: wakeup)
  }

  /// Starts the thread, whose first act is the body.
  func start(_ body: @escaping @Sendable (Wire) -> Void) -> Bool {
    state.withLock { $0.isRunning = true }
    return startThread {
      body(self.wire)
      self.loop()
    }
  }

  /// Closes the wire and ends the thread once the jobs at hand are done.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    wakeup.signal()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let (mustStart, mustWake) = state.withLock { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return (!state.isRunning, state.isRunning && state.jobs.count == 1)
    }
    if mustStart {
      let started = startThread { self.loop() }
      precondition(started, "the system has no thread left for a connection")
    } else if mustWake {
      wakeup.signal()
    }
  }

  private func loop() {
    var batch: [UnownedJob] = []
    let executor = asUnownedSerialExecutor()
    while takeJobs(into: &batch) {
      if batch.isEmpty { wire.idle() }
      for job in batch { job.runSynchronously(on: executor) }
      batch.removeAll(keepingCapacity: true)
    }
  }

  /// False when there is nothing left to wait for.
  private func takeJobs(into batch: inout [UnownedJob]) -> Bool {
    state.withLock { state in
      swap(&state.jobs, &batch)
      guard batch.isEmpty else { return true }
      if state.isAbandoned { wire.close() }
      state.isRunning = wire.isOpen
      return state.isRunning
    }
  }
}
