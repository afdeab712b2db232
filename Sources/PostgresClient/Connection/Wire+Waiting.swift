internal import CLibPQ
internal import Glibc

// Nothing here blocks without a limit: a wait ends with the socket, the deadline, a cancellation, or with the connection closed.
extension Wire {
  /// Starts an exchange: the connection must be open, and the task not cancelled.
  func begin(_ exchange: Exchange) throws(PostgresError) {
    _ = try opened()
    _ = flags.takeCancelRequest()
    if exchange.heedsTask, Task.isCancelled {
      throw PostgresError(
        .cancelled, "the task was cancelled before the statement was sent", sql: exchange.sql)
    }
  }

  /// Sends what libpq has buffered, reading meanwhile so that neither side waits for the other. The look is at what has come,
  /// before libpq reads it.
  func flush(
    _ exchange: inout Exchange, beforeReading look: () throws(PostgresError) -> Void = {}
  ) throws(PostgresError) {
    while true {
      let handle = try opened()
      switch PQflush(handle) {
      case 0: return
      case 1:
        let ready = try wait(Int16(POLLIN | POLLOUT), &exchange)
        guard ready & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { continue }
        try look()
        if PQconsumeInput(handle) == 0 { return }
      default: return  // a broken socket: the result that follows says so, with the server's last words
      }
    }
  }

  /// The next result, nil after the last of a statement.
  func nextResult(_ exchange: inout Exchange) throws(PostgresError) -> ResultHandle? {
    let handle = try opened()
    while PQisBusy(handle) == 1 {
      _ = try wait(Int16(POLLIN), &exchange)
      if PQconsumeInput(handle) == 0 { break }
    }
    return PQgetResult(handle).map { ResultHandle($0) }
  }

  /// Sleeps until the socket is ready. Sends cancellations when the exchange is to be interrupted.
  func wait(_ events: Int16, _ exchange: inout Exchange) throws(PostgresError) -> Int16 {
    while true {
      let handle = try opened()
      switch exchange.step(now: .now, isCancelled: isCancelled(exchange)) {
      case .sendCancel:
        cancelRequests.removeAll(where: \.isDone)
        if let request = CancelRequest(of: handle, waking: wakeup) { cancelRequests.append(request) }
      case .giveUp:
        let error = PostgresError(
          exchange.interruption == .timeout ? .timeout : .cancelled,
          "the server did not answer a cancellation within \(Exchange.grace); the connection is closed",
          sql: exchange.sql)
        close(because: error)
        throw error
      case .wait(let duration):
        let ready = sleep(events, handle, duration)
        if ready != 0 { return ready }
      }
    }
  }

  func isCancelled(_ exchange: Exchange) -> Bool {
    flags.takeCancelRequest() || (exchange.heedsTask && Task.isCancelled)
  }

  /// Reads what comes until then, or for a moment. For who waits without a statement that could be cancelled.
  func readSome(until limit: ContinuousClock.Instant?) throws(PostgresError) {
    let handle = try opened()
    let moment = Duration.milliseconds(50)
    if sleep(Int16(POLLIN), handle, limit.map { min($0 - .now, moment) } ?? moment) != 0 {
      PQconsumeInput(handle)
    }
  }

  /// Waits out the cancellations in flight, lest they hit the next statement.
  func finishCancellations() {
    guard !cancelRequests.isEmpty else { return }
    let givesUpAt = ContinuousClock.now + Exchange.grace
    cancelRequests.removeAll(where: \.isDone)
    while !cancelRequests.isEmpty {
      guard .now < givesUpAt else {
        close(
          because: PostgresError(
            .connection, "a cancellation could not be delivered within \(Exchange.grace)"))
        return cancelRequests.removeAll()
      }
      _ = sleep(0, nil, .milliseconds(50))
      cancelRequests.removeAll(where: \.isDone)
    }
  }

  private func sleep(_ events: Int16, _ handle: OpaquePointer?, _ limit: Duration) -> Int16 {
    // A tuple, not an array: this runs once for each statement, and an array would be allocated.
    var descriptors = (
      pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: handle == nil ? -1 : PQsocket(handle), events: events, revents: 0)
    )
    let (seconds, attoseconds) = limit.components
    let milliseconds = max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    let count = withUnsafeMutableBytes(of: &descriptors) { bytes in
      poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, Int32(clamping: milliseconds))
    }
    guard count > 0 else { return 0 }
    if descriptors.0.revents != 0 { wakeup.drain() }
    // A socket that libpq has closed shows as invalid: ready, so that libpq says what happened.
    return descriptors.1.fd < 0 && handle != nil ? Int16(POLLERR) : descriptors.1.revents
  }
}
