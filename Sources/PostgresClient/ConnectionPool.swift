internal import Synchronization

/// At most so many connections, lent out one task at a time and opened when they are needed.
///
/// A connection that comes back broken is dropped, one that comes back in a transaction is rolled back. Settings, LISTEN and
/// temporary tables of a session stay with it.
public actor ConnectionPool {
  private enum Grant {
    case connection(PostgresConnection)
    /// A place has become free: open a connection.
    case place
    case refused(PostgresError)
  }

  private let settings: ConnectionSettings
  private let size: Int
  private var idle: [PostgresConnection] = []
  /// Connections that are open or being opened, lent ones included.
  private var places = 0
  private var waiting: [(id: Int, continuation: CheckedContinuation<Grant, Never>)] = []
  private var nextID = 0
  private var isClosed = false

  /// A pool of at most `size` connections, at least 1; the first is opened when it is asked for.
  public init(_ settings: ConnectionSettings, size: Int) {
    precondition(size > 0, "a pool of no connections lends none")
    self.settings = settings
    self.size = size
  }

  /// Lends a connection for as long as the body runs; waits for one when all are lent.
  ///
  /// - Returns: what the body returns.
  /// - Throws: what the body throws; ``PostgresError`` when no connection can be had.
  public func withConnection<T>(
    isolation: isolated (any Actor)? = #isolation, _ body: (PostgresConnection) async throws -> T
  ) async throws -> T {
    let connection = try await borrow()
    do {
      let value = try await body(connection)
      await giveBack(connection)
      return value
    } catch {
      await giveBack(connection)
      throw error
    }
  }

  /// Closes what is idle, refuses who waits, and closes what is lent when it comes back.
  public func close() async {
    isClosed = true
    for waiter in waiting { waiter.continuation.resume(returning: .refused(Self.closedError)) }
    waiting = []
    let connections = idle
    idle = []
    places -= connections.count
    for connection in connections { await connection.close() }
  }

  private func borrow() async throws(PostgresError) -> PostgresConnection {
    guard !isClosed else { throw Self.closedError }
    while let connection = idle.popLast() {
      if await connection.isAlive { return connection }
      places -= 1
    }
    if places < size {
      places += 1
      return try await open()
    }
    switch await waitForGrant() {
    case .connection(let connection): return connection
    case .place: return try await open()
    case .refused(let error): throw error
    }
  }

  /// Opens a connection on a place that is taken already.
  private func open() async throws(PostgresError) -> PostgresConnection {
    do {
      return try await PostgresConnection.connect(settings)
    } catch {
      freePlace()
      throw error
    }
  }

  private func giveBack(_ connection: PostgresConnection) async {
    await connection.rollback()
    if isClosed { await connection.close() }
    guard !connection.isClosed else { return freePlace() }
    if waiting.isEmpty {
      idle.append(connection)
    } else {
      waiting.removeFirst().continuation.resume(returning: .connection(connection))
    }
  }

  private func freePlace() {
    if waiting.isEmpty {
      places -= 1
    } else {
      waiting.removeFirst().continuation.resume(returning: .place)
    }
  }

  private func waitForGrant() async -> Grant {
    nextID += 1
    let id = nextID
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume(returning: .refused(Self.cancelledError)) }
        waiting.append((id, continuation))
      }
    } onCancel: {
      Task { await self.stopWaiting(id) }
    }
  }

  private func stopWaiting(_ id: Int) {
    guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
    waiting.remove(at: index).continuation.resume(returning: .refused(Self.cancelledError))
  }

  private static let closedError = PostgresError(.closed, "the pool is closed")
  private static let cancelledError = PostgresError(
    .cancelled, "the task was cancelled while it waited for a connection")
}
