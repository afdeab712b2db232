import PostgresClient

/// What seed 002 promises: a hold lives while its button is held and beats; it may vote once, from its third second on.
package struct PollsOracle: Sendable {
  package static let staleAfter = 10
  package static let sweepInterval = 30
  package static let shortestVotingHold = 3

  /// How the product refuses.
  package enum Refusal {
    package static let holdIsOver = SQLState(rawValue: "MU006")
    package static let holdIsTooShort = SQLState(rawValue: "MU007")
    package static let hasVoted = SQLState(rawValue: "MU009")
  }

  private struct Ballot: Hashable {
    var poll: Int
    var user: String
  }

  private struct Hold {
    let ballot: Ballot
    let started: Int
    var seen: Int
    var isActive = true
    var hasVoted = false

    func isAlive(at now: Int) -> Bool { isActive && seen > now - PollsOracle.staleAfter }
  }

  private var holds: [HoldName: Hold] = [:]
  /// The holds that have not ended, one a user a poll.
  private var active: [Ballot: HoldName] = [:]
  private var voters: Set<Ballot> = []
  private var votes: [Int: Int] = [:]

  package init() {}

  /// Pressing again ends what a lost release has left behind.
  package mutating func start(_ name: HoldName, poll: Int, user: String, at now: Int) {
    let ballot = Ballot(poll: poll, user: user)
    if let former = active[ballot] { end(former) }
    holds[name] = Hold(ballot: ballot, started: now, seen: now)
    active[ballot] = name
  }

  package mutating func beat(_ name: HoldName, at now: Int) -> Expectation {
    if let refusal = refusal(of: name, at: now) { return .refusal(refusal) }
    holds[name]?.seen = now
    return .success
  }

  package mutating func release(_ name: HoldName) -> Expectation {
    end(name)
    return .success
  }

  package mutating func vote(_ name: HoldName, option: Int, at now: Int) -> Expectation {
    if let refusal = refusal(of: name, at: now) { return .refusal(refusal) }
    guard let hold = holds[name], now - hold.started >= Self.shortestVotingHold else {
      return .refusal(Refusal.holdIsTooShort)
    }
    guard voters.insert(hold.ballot).inserted else { return .refusal(Refusal.hasVoted) }
    votes[option, default: 0] += 1
    holds[name]?.hasVoted = true
    end(name)
    return .success
  }

  /// - Returns: how many holds the sweep ends.
  package mutating func sweep(at now: Int) -> Int {
    let lapsed = active.values.filter { holds[$0]?.isAlive(at: now) != true }
    for name in lapsed { end(name) }
    return lapsed.count
  }

  package func votes(forOption option: Int) -> Int { votes[option] ?? 0 }

  /// How many hold a button now.
  package func holders(at now: Int) -> Int { active.values.count { holds[$0]?.isAlive(at: now) == true } }

  private func refusal(of name: HoldName, at now: Int) -> SQLState? {
    guard let hold = holds[name] else { return Refusal.holdIsOver }
    if hold.hasVoted { return Refusal.hasVoted }
    return hold.isAlive(at: now) ? nil : Refusal.holdIsOver
  }

  private mutating func end(_ name: HoldName) {
    guard let hold = holds[name], hold.isActive else { return }
    holds[name]?.isActive = false
    active[hold.ballot] = nil
  }
}
