import PostgresClient
import Synchronization

/// The changes of one or more publications, as they are committed.
///
/// ```swift
/// let stream = try await ReplicationStream.start(settings, options)
/// for try await events in stream {
///   try await handOff(events)
///   stream.confirm(events)
/// }
/// ```
///
/// The slot moves on only over what was confirmed; the rest is sent again to whoever starts from the slot next. The server
/// hears of the stream at every `statusInterval`, while the consumer works and while nothing happens, so that it neither
/// cuts the stream off nor keeps its log for longer than it must. For one consumer.
///
/// It shares the thread of its connection, so that a batch of changes costs one hop.
public actor ReplicationStream {
  private let connection: PostgresConnection
  private let options: StreamOptions
  private let shared: Shared
  private var decoder = MessageDecoder()
  private var assembler = ChangeAssembler()
  private var statusDue = ContinuousClock.now
  private var isOver = false

  public nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }

  private init(connection: PostgresConnection, options: StreamOptions) {
    self.connection = connection
    self.options = options
    shared = Shared(StandbyProgress(startingAt: options.start))
  }

  /// What others touch while the stream's thread sleeps on its socket.
  private final class Shared: Sendable {
    let progress: Mutex<StandbyProgress>
    let isStopped = Atomic(false)
    init(_ progress: consuming StandbyProgress) { self.progress = Mutex(progress) }
  }

  /// How long a sleep on the socket may last before the stream looks whether it was stopped.
  private static let nap = Duration.milliseconds(50)
  /// How long the server may take to end the stream when it is asked to.
  private static let patience = Duration.seconds(2)

  /// Connects, makes the slot if it is temporary, and starts. Every change that is committed after this returns will come.
  ///
  /// - Throws: ``ReplicationError``, such as for a slot that is missing or in use, a publication that is missing only once
  ///   a change is to be sent.
  public static func start(
    _ settings: ConnectionSettings, _ options: StreamOptions
  ) async throws(ReplicationError) -> ReplicationStream {
    do throws(PostgresError) {
      let connection = try await PostgresConnection.connect(settings.with("replication", "database"))
      let started = await connection.run { connection in
        Result { () throws(PostgresError) in
          if let command = options.createCommand { try connection.execute(command) }
          try connection.startReplication(options.startCommand)
        }
      }
      if case .failure = started { await connection.close() }
      try started.get()
      let stream = ReplicationStream(connection: connection, options: options)
      stream.reportWhileBusy()
      return stream
    } catch {
      throw ReplicationError(slot: options.slot.name, confirmed: options.start, cause: .database(error))
    }
  }
}

// MARK: For the consumer

extension ReplicationStream: AsyncSequence {
  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: ReplicationStream

    public mutating func next() async throws(ReplicationError) -> [StreamEvent]? {
      try await stream.next()
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(ReplicationError) -> [StreamEvent]? {
      try await stream.next()
    }
  }

  public nonisolated func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }

  /// Waits for the next events, at least one and at most `largestBatch` beyond what one message brings.
  ///
  /// - Returns: nil once the stream is stopped, or in a task that is cancelled.
  /// - Throws: ``ReplicationError``; the stream is over then.
  public func next() throws(ReplicationError) -> [StreamEvent]? {
    guard !isOver else { return nil }
    do {
      return try receiveBatch()
    } catch {
      let confirmed = shared.progress.withLock(\.status.confirmed)
      end()
      throw ReplicationError(slot: options.slot.name, confirmed: confirmed, cause: error)
    }
  }

  /// The consumer has everything up to `lsn` safe: the server may forget it.
  public nonisolated func confirm(_ lsn: LSN) {
    shared.progress.withLock { $0.confirm(lsn) }
  }

  /// The consumer has all transactions safe that end in these events.
  public nonisolated func confirm(_ events: [StreamEvent]) {
    let ends = events.compactMap { event -> LSN? in
      switch event {
      case .commit(let commit): commit.endLSN
      case .message(let message) where !message.isTransactional: message.lsn
      default: nil
      }
    }
    if let last = ends.max() { confirm(last) }
  }

  /// Up to where the server was or will be told that it may forget.
  public nonisolated var confirmed: LSN { shared.progress.withLock(\.status.confirmed) }

  /// Tells the server what was confirmed, ends the stream and closes its connection; ``next()`` then returns nil.
  public func stop() async {
    await finish()
  }

  /// Not isolated at first: the stream's thread may be asleep in ``next()``, which must see the flag to make way.
  private nonisolated func finish() async {
    shared.isStopped.store(true, ordering: .releasing)
    await end()
  }
}

// MARK: On the connection's thread

extension ReplicationStream {
  private func receiveBatch() throws(ReplicationError.Cause) -> [StreamEvent]? {
    var events: [StreamEvent] = []
    receiving: while !shared.isStopped.load(ordering: .acquiring), events.count < options.largestBatch {
      try reportIfDue()
      switch try receive(waiting: events.isEmpty ? Self.nap : .zero) {
      case .data(let bytes)?: try take(bytes, into: &events)
      case .idle?: if !events.isEmpty { break receiving }
      case .ended?: throw .endedByServer
      case nil: break receiving
      }
    }
    return events.isEmpty ? nil : events
  }

  /// Nil where the task is cancelled: what comes then stays in the socket.
  private func receive(
    waiting timeout: Duration
  ) throws(ReplicationError.Cause) -> CopyEvent? {
    do throws(PostgresError) {
      return try connection.assumeIsolated { connection in
        Result { () throws(PostgresError) in try connection.receiveCopyData(timeout: timeout) }
      }.get()
    } catch {
      if error.kind == .cancelled { return nil }
      throw .database(error)
    }
  }

  private func take(_ bytes: [UInt8], into events: inout [StreamEvent]) throws(ReplicationError.Cause) {
    let frame: ServerFrame
    do { frame = try ServerFrame(bytes) } catch { throw .malformed(error) }
    switch frame {
    case .keepalive(let end, _, let wantsReply):
      shared.progress.withLock { $0.keepalive(end: end) }
      if wantsReply { statusDue = .now }
    case .data(_, let end, _, let payload):
      let first = events.endIndex
      try decode(payload, into: &events)
      shared.progress.withLock { progress in
        progress.read(to: end)
        for event in events[first...] { progress.handOff(event) }
      }
    }
  }

  private func decode(
    _ payload: ArraySlice<UInt8>, into events: inout [StreamEvent]
  ) throws(ReplicationError.Cause) {
    let message: DecodedMessage
    do { message = try decoder.decode(payload) } catch { throw .malformed(error) }
    do { try assembler.receive(message, into: &events) } catch { throw .unexpected(error) }
  }

  private func reportIfDue() throws(ReplicationError.Cause) {
    guard .now >= statusDue else { return }
    do { try report() } catch { throw .database(error) }
  }

  private func report() throws(PostgresError) {
    let frame = shared.progress.withLock(\.status).frame(sentAt: .now)
    try connection.assumeIsolated { connection in
      Result { () throws(PostgresError) in try connection.sendCopyData(frame) }
    }.get()
    statusDue = .now + options.statusInterval
  }

  /// While the consumer works nobody is in ``next()``, but the server must hear of the stream all the same.
  private nonisolated func reportWhileBusy() {
    let interval = options.statusInterval
    Task { [weak self] in
      repeat { try? await Task.sleep(for: interval) } while await self?.reportMeanwhile() == true
    }
  }

  private func reportMeanwhile() -> Bool {
    // A broken connection is for next() to tell.
    if !isOver { try? reportIfDue() }
    return !isOver
  }

  /// Whatever goes wrong here, the server notices that the connection is closed, and what it was told stays true.
  private func end() {
    guard !isOver else { return }
    isOver = true
    let status = shared.progress.withLock(\.status).frame(sentAt: .now)
    connection.assumeIsolated { connection in
      connection.shieldedFromCancellation { connection in
        try? connection.sendCopyData(status, timeout: Self.patience)
        try? connection.endReplication(timeout: Self.patience)
      }
      connection.close()
    }
  }
}
