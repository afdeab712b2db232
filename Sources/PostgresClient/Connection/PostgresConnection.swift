internal import CLibPQ
internal import Synchronization

/// A session on a PostgreSQL server.
///
/// The actor runs on a thread of its own. All its methods are synchronous, so a unit of work that is passed to ``run(_:)`` hops
/// there once and runs whole, with nobody else's statements in between:
///
/// ```swift
/// let total = try await connection.run { connection in
///   try connection.query("insert into beats values ($1)", [id])
///   return try connection.query("select count(*) from beats")[0].decode(Int.self, at: 0)
/// }
/// ```
///
/// A cancelled task interrupts its statement on the server. After an error of kind `connection`, or where ``isClosed`` says so, the
/// connection is gone and every call throws; after any other error it is usable.
public actor PostgresConnection {
  /// The server's version as a number, such as 150006 for 15.6.
  public nonisolated let serverVersion: Int
  public nonisolated let backendProcessID: Int32
  /// What LISTEN brings, also while no statement runs; ends when the connection closes. For one reader.
  public nonisolated let notifications: AsyncStream<PostgresNotification>
  /// The limit of every statement that is not given its own; nil waits for as long as the server works.
  public var defaultTimeout: Duration?

  private nonisolated let thread: ConnectionThread
  private nonisolated let flags: WireFlags
  var statements = PreparedStatements()
  var isShielded = false

  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private init(
    thread: ConnectionThread, greeting: Greeting, notifications: AsyncStream<PostgresNotification>
  ) {
    self.thread = thread
    flags = greeting.flags
    serverVersion = greeting.serverVersion
    backendProcessID = greeting.backendProcessID
    self.notifications = notifications
  }

  deinit { thread.abandon() }

  private struct Greeting: Sendable {
    let serverVersion: Int
    let backendProcessID: Int32
    let flags: WireFlags
  }

  /// Connects by libpq's rules: lists of hosts, `target_session_attrs`, TLS, .pgpass. `connect_timeout` is 10 s unless it is set.
  ///
  /// - Throws: ``PostgresError`` of kind `connection` with what each host answered, or `cancelled`.
  public static func connect(_ settings: ConnectionSettings) async throws(PostgresError) -> PostgresConnection
  {
    let thread = ConnectionThread()
    let (notifications, feed) = AsyncStream.makeStream(of: PostgresNotification.self)
    let answer = Answer<Greeting>()
    let greeting = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.awaited(by: continuation)
        let isStarted = thread.start { wire in
          answer.give(
            Result { () throws(PostgresError) in
              try wire.connect(settings)
              wire.onNotification = { feed.yield($0) }
              wire.onClose = { feed.finish() }
              return Greeting(
                serverVersion: Int(PQserverVersion(wire.handle)), backendProcessID: PQbackendPID(wire.handle),
                flags: wire.flags)
            })
        }
        if !isStarted { answer.give(.failure(PostgresError(.connection, "the system has no thread left"))) }
      }
    } onCancel: {
      answer.give(.failure(PostgresError(.cancelled, "the task was cancelled while it was connecting")))
    }
    do {
      return PostgresConnection(thread: thread, greeting: try greeting.get(), notifications: notifications)
    } catch {
      thread.abandon()
      throw error
    }
  }

  /// Runs a unit of work whole on the connection's thread.
  public func run<T: Sendable>(_ body: @Sendable (isolated PostgresConnection) throws -> T) async rethrows
    -> T
  {
    try body(self)
  }

  /// Connects, runs one unit of work, and closes the connection however that ends.
  ///
  /// - Throws: ``PostgresError`` as ``connect(_:)`` does, or what the body throws.
  public static func withConnection<T: Sendable>(
    to settings: ConnectionSettings, _ body: @Sendable (isolated PostgresConnection) throws -> T
  ) async throws -> T {
    try await connect(settings).run { connection in
      defer { connection.close() }
      return try body(connection)
    }
  }

  /// Interrupts the statement that is running, from any thread. Without one it does nothing.
  public nonisolated func cancel() { flags.requestCancel() }

  /// Whether the connection was closed or is known to be broken.
  public nonisolated var isClosed: Bool { flags.isClosed.load(ordering: .acquiring) }

  /// Whether the connection is open after a look at what the server has said by now.
  var isAlive: Bool {
    wire.readWhatIsThere()
    return wire.isOpen
  }

  /// Closes the connection; what is called afterwards throws an error of kind `closed`.
  public func close() { wire.close() }

  /// Closes the connection behind what is still to run on it, and does not wait for that.
  public nonisolated func finish() { thread.abandon() }

  /// What the server reports about the session, such as `TimeZone` or `in_hot_standby`.
  public func parameterStatus(_ name: String) -> String? {
    PQparameterStatus(wire.handle, name).map { String(cString: $0) }
  }

  /// Sets who hears notices; nil, as at first, lets them go unheard.
  public func onNotice(_ handler: (@Sendable (PostgresNotice) -> Void)?) { wire.onNotice = handler }

  /// Sets ``defaultTimeout``.
  public func setDefaultTimeout(_ timeout: Duration?) { defaultTimeout = timeout }

  var wire: Wire { thread.wire }

  /// Runs the body even in a cancelled task: what cleans up must go through.
  public func shieldedFromCancellation<T>(_ body: (isolated PostgresConnection) throws -> T) rethrows -> T {
    let before = isShielded
    isShielded = true
    defer { isShielded = before }
    return try body(self)
  }
}

/// The first answer wins: the thread's, or the cancellation's.
private final class Answer<Value: Sendable>: Sendable {
  private typealias Outcome = Result<Value, PostgresError>
  private enum State {
    case pending
    case awaited(CheckedContinuation<Outcome, Never>)
    case given(Outcome)
    case delivered
  }
  private let state = Mutex(State.pending)

  func awaited(by continuation: CheckedContinuation<Result<Value, PostgresError>, Never>) {
    let early: Outcome? = state.withLock { state in
      if case .given(let outcome) = state {
        state = .delivered
        return outcome
      }
      state = .awaited(continuation)
      return nil
    }
    if let early { continuation.resume(returning: early) }
  }

  func give(_ outcome: Result<Value, PostgresError>) {
    let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      switch state {
      case .pending: state = .given(outcome)
      case .awaited(let continuation):
        state = .delivered
        return continuation
      case .given, .delivered: break
      }
      return nil
    }
    waiting?.resume(returning: outcome)
  }
}
