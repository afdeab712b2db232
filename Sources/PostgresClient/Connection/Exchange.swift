/// One statement, pipeline or COPY on its way: its deadline, and what has been done to interrupt it.
struct Exchange {
  enum Interruption { case timeout, cancelled }

  /// How long the server has to answer a cancellation before the connection is given up.
  static let grace = Duration.seconds(5)
  /// How often a wait looks whether its task was cancelled.
  private static let tick = Duration.milliseconds(50)
  /// A cancellation that overtakes its statement is ignored by the server, so it is sent again.
  private static let resend = Duration.milliseconds(200)

  let sql: String?
  let timeout: Duration?
  /// Cleaning up goes on in a cancelled task.
  let heedsTask: Bool
  private let deadline: ContinuousClock.Instant?
  private(set) var interruption: Interruption?
  private var givesUpAt: ContinuousClock.Instant?
  private var sendsCancelAt: ContinuousClock.Instant?

  init(_ sql: String?, timeout: Duration? = nil, heedsTask: Bool = true) {
    self.sql = sql
    self.timeout = timeout
    self.heedsTask = heedsTask
    deadline = timeout.map { .now + $0 }
  }

  enum Step: Equatable {
    case wait(Duration)
    case sendCancel
    case giveUp
  }

  /// What to do now. Pure but for its own state: the caller says what time it is and whether to stop.
  mutating func step(now: ContinuousClock.Instant, isCancelled: Bool) -> Step {
    if interruption == nil {
      if isCancelled {
        interrupt(.cancelled, now: now)
      } else if let deadline, now >= deadline {
        interrupt(.timeout, now: now)
      }
    }
    guard let givesUpAt, let sendsCancelAt else {
      return .wait(min(Self.tick, deadline.map { $0 - now } ?? Self.tick))
    }
    if now >= givesUpAt { return .giveUp }
    if now >= sendsCancelAt {
      self.sendsCancelAt = now + Self.resend
      return .sendCancel
    }
    return .wait(min(givesUpAt - now, sendsCancelAt - now))
  }

  mutating func interrupt(_ reason: Interruption, now: ContinuousClock.Instant) {
    interruption = reason
    givesUpAt = now + Self.grace
    sendsCancelAt = now
  }

  /// What the caller is told when the interruption is seen on this side first.
  var interruptionError: PostgresError? {
    switch interruption {
    case nil: nil
    case .cancelled: PostgresError(.cancelled, "the statement was cancelled", sql: sql)
    case .timeout:
      PostgresError(.timeout, "no result within \(timeout ?? .zero); the statement was cancelled", sql: sql)
    }
  }

  /// The error with the kind that tells why: a statement the server calls cancelled may have been so by our deadline.
  func explained(_ error: PostgresError) -> PostgresError {
    var error = error
    if error.sql == nil { error.sql = sql }
    guard interruption != nil, error.code == .queryCancelled else { return error }
    error.kind = interruption == .timeout ? .timeout : .cancelled
    error.message = interruptionError?.message ?? error.message
    return error
  }
}
