/// An instant as PostgreSQL keeps it in `timestamptz`: whole microseconds, or one of the two infinities.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01 00:00 UTC; `Int64.min` and `.max` are the infinities.
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static let infinity = Timestamp(microseconds: .max)
  public static let minusInfinity = Timestamp(microseconds: .min)
  /// 2000-01-01, from where PostgreSQL counts.
  static let postgresEpoch: Int64 = 946_684_800_000_000

  public var isFinite: Bool { self != .infinity && self != .minusInfinity }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// The instant later by a duration, of which whole microseconds count. The infinities stay.
  public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
    guard instant.isFinite else { return instant }
    let (seconds, attoseconds) = duration.components
    return Timestamp(
      microseconds: instant.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  public static func - (instant: Timestamp, duration: Duration) -> Timestamp { instant + (.zero - duration) }

  /// The time from one to the other, both finite.
  public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .microseconds(later.microseconds - earlier.microseconds)
  }
}
