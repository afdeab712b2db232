import PostgresClient

/// What to fill a database with: the same plan makes the same rows, whenever and wherever.
public struct SeedPlan: Sendable, Hashable {
  /// Which of 65,536 fillings it is; two with different seeds can be in one database.
  public var seed: UInt16
  /// How much: 1 is a thousand users and a week of twenty thousand page beats a day.
  public var scale: Double
  /// What “now” is: all times are relative to it.
  public var asOf: Timestamp

  public init(seed: UInt16 = 1, scale: Double = 1, asOf: Timestamp) {
    self.seed = seed
    self.scale = scale
    self.asOf = asOf
  }

  /// So many at scale 1, and never none.
  func count(_ atScale1: Int) -> Int { max(1, Int((Double(atScale1) * scale).rounded())) }

  var users: Int { count(1_000) }
  var admins: Int { count(2) }
  /// Of the sessions, five in six are fresh and one is stale.
  var freshSessions: Int { count(500) }
  var staleSessions: Int { count(100) }
  var rooms: Int { count(50) }
  var competitionsPerRoom: Int { 2 }
  /// The fullest room is Zipf's first, and so on down.
  var participants: Int { count(1_000) }
  var polls: Int { count(20) }
  var optionsPerPoll: Int { 3 }
  var votes: Int { count(2_000) }
  var freshHolds: Int { count(30) }
  var staleHolds: Int { count(10) }
  var boosts: Int { count(300) }
  var requests: Int { count(200) }
  var messages: Int { count(5_000) }
  var days: Int { 8 }
  var beatsPerDay: Int { count(20_000) }
}
