/// What seed 000 promises: who is on the roll, and how many of them are fresh.
///
/// Times are the simulation's seconds. A session is fresh while `seen > now - 60`: at exactly 60 s it is stale.
package struct ActiveUsersOracle: Sendable {
  package static let staleAfter = 60
  package static let sweepInterval = 60

  private var seen: [String: Int] = [:]

  package init() {}

  package mutating func register(_ session: String, at now: Int) { seen[session] = now }

  /// A beat of a session that was swept puts it back on the roll.
  package mutating func beat(_ session: String, at now: Int) { seen[session] = now }

  package mutating func end(_ session: String) { seen[session] = nil }

  /// - Returns: how many sessions the sweep takes off the roll.
  package mutating func sweep(at now: Int) -> Int {
    let before = seen.count
    seen = seen.filter { Self.isFresh($0.value, at: now) }
    return before - seen.count
  }

  package func count(at now: Int) -> Int { seen.values.count { Self.isFresh($0, at: now) } }

  private static func isFresh(_ seen: Int, at now: Int) -> Bool { seen > now - staleAfter }
}
