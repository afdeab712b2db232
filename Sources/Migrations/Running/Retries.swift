/// When to try again what got no lock, and when to give up. Pure: the caller says what time it is.
package struct Retries {
  private let limit: Duration
  private var since: ContinuousClock.Instant?
  private var next = firstPause
  /// How many attempts have failed.
  package private(set) var count = 0
  /// For how long attempts have been failing.
  package private(set) var waited = Duration.zero

  private static let firstPause = Duration.milliseconds(250)
  private static let longestPause = Duration.seconds(8)
  /// An attempt that took longer than this did more than wait: a backfill that is well under way starts counting anew.
  private static let progress = Duration.seconds(60)

  package init(limit: Duration) { self.limit = limit }

  /// Returns how long to pause, growing and jittered so that runners that wait together do not come back together; nil when
  /// the time is up.
  package mutating func pause(
    behindAttemptFrom start: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) -> Duration? {
    count += 1
    if end - start > Self.progress {
      since = end
      next = Self.firstPause
    }
    let first = since ?? start
    since = first
    waited = end - first
    guard waited < limit else { return nil }
    defer { next = min(next * 2, Self.longestPause) }
    return next.jittered
  }
}
