internal import CLibPQ
internal import Glibc
internal import Synchronization

/// One libpq connection and the waiting on its socket. Belongs to its thread; only `flags` may be touched from elsewhere.
final class Wire {
  let flags: WireFlags
  let wakeup: Wakeup
  private(set) var handle: OpaquePointer?
  /// Why the wire was closed, when nobody asked for it.
  private(set) var failure: PostgresError?
  var onNotice: (@Sendable (PostgresNotice) -> Void)?
  var onNotification: (@Sendable (PostgresNotification) -> Void)?
  var onClose: (@Sendable () -> Void)?
  /// With what the server ended a session that had no statement to answer; libpq takes it for a notice.
  private(set) var lastWords: PostgresError?
  /// Cancellation requests not yet known to have reached the server.
  var cancelRequests: [CancelRequest] = []

  init(wakeup: Wakeup) {
    self.wakeup = wakeup
    flags = WireFlags(wakeup: wakeup)
  }

  deinit { PQfinish(handle) }

  var isOpen: Bool { handle != nil }

  /// Connects, blocking the calling thread; libpq goes through hosts and addresses and keeps to `connect_timeout` at each.
  func connect(_ settings: ConnectionSettings) throws(PostgresError) {
    let parameters = Self.withDefaults(settings.parameters)
    let connection = withCStrings(parameters.map(\.key)) { keywords in
      withCStrings(parameters.map(\.value)) { values in PQconnectdbParams(keywords, values, 0) }
    }
    guard let connection else { throw PostgresError(.connection, "out of memory") }
    guard PQstatus(connection) == CONNECTION_OK else {
      defer { PQfinish(connection) }
      throw PostgresError(connectionFailure: String(cString: PQerrorMessage(connection)))
    }
    handle = connection
    PQsetnonblocking(connection, 1)
    PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context, let result else { return }
        Unmanaged<Wire>.fromOpaque(context).takeUnretainedValue().hear(
          PostgresError(result: result, sql: nil))
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// A connection that never answers must not be waited for without end, and text must be UTF-8 to be a String.
  private static func withDefaults(_ given: [String: String]) -> [(key: String, value: String)] {
    var parameters = given
    parameters["client_encoding"] = "UTF8"
    if parameters["fallback_application_name"] == nil { parameters["fallback_application_name"] = "muster" }
    if parameters["connect_timeout"] == nil, getenv("PGCONNECT_TIMEOUT") == nil, parameters["service"] == nil
    {
      parameters["connect_timeout"] = "10"
    }
    return parameters.sorted { $0.key < $1.key }
  }

  func close(because reason: PostgresError? = nil) {
    guard handle != nil else { return }
    failure = reason
    PQfinish(handle)
    handle = nil
    flags.isClosed.store(true, ordering: .releasing)
    onClose?()
  }

  /// The handle, or why there is none.
  func opened() throws(PostgresError) -> OpaquePointer {
    if let handle { return handle }
    var error = PostgresError(.closed, "the connection is closed")
    error.detail = failure?.message
    error.code = failure?.code
    throw error
  }

  private func hear(_ notice: PostgresError) {
    if notice.kind == .connection { lastWords = notice } else { onNotice?(PostgresNotice(notice)) }
  }

  // MARK: Between jobs

  /// Sleeps until a job comes or the server says something by itself: a notification, or that it is gone.
  func idle() {
    // In the middle of a COPY the bytes are the statement's: leave them to it, and the server to its flow control.
    let listens = handle != nil && PQtransactionStatus(handle) != PQTRANS_ACTIVE
    var descriptors = [
      pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: listens ? PQsocket(handle) : -1, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&descriptors, 2, -1) > 0 else { return }
    if descriptors[0].revents != 0 { wakeup.drain() }
    if descriptors[1].revents != 0 { readWhatIsThere() }
  }

  /// Takes in what has come without being asked for, closing the wire if that was its end. Does not wait.
  func readWhatIsThere() {
    guard let handle else { return }
    let alive = PQconsumeInput(handle) == 1 && PQstatus(handle) == CONNECTION_OK
    deliverNotifications()
    guard !alive else { return }
    close(because: lastWords ?? PostgresError(connectionFailure: String(cString: PQerrorMessage(handle))))
  }

  func deliverNotifications() {
    while let handle, let notify = PQnotifies(handle) {
      defer { PQfreemem(notify) }
      onNotification?(
        PostgresNotification(
          channel: String(cString: notify.pointee.relname), payload: String(cString: notify.pointee.extra),
          processID: notify.pointee.be_pid))
    }
  }
}

/// What other threads may say to, and see of, a wire.
final class WireFlags: Sendable {
  let isClosed = Atomic(false)
  private let isCancelRequested = Atomic(false)
  private let wakeup: Wakeup

  init(wakeup: Wakeup) { self.wakeup = wakeup }

  func requestCancel() {
    isCancelRequested.store(true, ordering: .releasing)
    wakeup.signal()
  }

  /// Whether a cancellation was requested since the last call.
  func takeCancelRequest() -> Bool {
    isCancelRequested.load(ordering: .acquiring)
      && isCancelRequested.exchange(false, ordering: .acquiringAndReleasing)
  }
}

/// Calls the body with a null-terminated array of C strings.
func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  let pointers = copies.map { UnsafePointer($0) } + [nil]
  return pointers.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else {
      preconditionFailure("the array ends with nil and so is not empty")
    }
    return body(base)
  }
}
