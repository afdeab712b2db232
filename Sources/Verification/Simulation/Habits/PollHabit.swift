import SeededRandom

/// A voter with a press-and-hold button (seed 002): holds, beats every 3 s, votes too early, in time and twice, lets go,
/// vanishes with the button down.
package struct PollHabit: Habit {
  package static let interval = 3

  package struct Poll: Sendable, Hashable {
    package var id: Int
    package var options: [Int]

    package init(id: Int, options: [Int]) {
      self.id = id
      self.options = options
    }
  }

  private enum Plan: CaseIterable {
    case releaseEarly, voteTooEarly, vote, voteTwice, releaseLate, vanish
  }

  private enum Phase {
    case idle
    case holding(HoldName, Poll, Plan, until: Int)
  }

  private let client: Int
  private let persona: Persona
  private let polls: [Poll]
  private var count = 0
  private var phase = Phase.idle

  package init(client: Int, user: String, polls: [Poll]) {
    self.client = client
    persona = .signedIn(user)
    self.polls = polls
  }

  package mutating func wake(at now: Int, dice: inout SplitMix64) -> Turn {
    switch phase {
    case .idle: press(at: now, dice: &dice)
    case .holding(let hold, let poll, let plan, let until):
      now < until
        ? Turn([act(.beatHold(hold))], next: min(now + Self.interval, until))
        : letGo(hold, poll, plan, at: now, dice: &dice)
    }
  }

  private mutating func press(at now: Int, dice: inout SplitMix64) -> Turn {
    guard let poll = polls.randomElement(using: &dice), let plan = Plan.allCases.randomElement(using: &dice)
    else {
      return Turn([], next: nil)
    }
    count += 1
    let hold = HoldName(client: client, number: count)
    let length: ClosedRange<Int> =
      switch plan {
      case .releaseEarly, .voteTooEarly: 1...2
      case .vote, .voteTwice, .releaseLate: 3...11
      case .vanish: 12...45
      }
    let until = now + Int.random(in: length, using: &dice)
    phase = .holding(hold, poll, plan, until: until)
    // Who vanishes does not beat in between.
    let next = plan == .vanish ? until : min(now + Self.interval, until)
    return Turn([act(.startHold(hold, poll: poll.id))], next: next)
  }

  private mutating func letGo(
    _ hold: HoldName, _ poll: Poll, _ plan: Plan, at now: Int, dice: inout SplitMix64
  ) -> Turn {
    phase = .idle
    let vote = Deed.castVote(hold, option: poll.options.randomElement(using: &dice) ?? 0)
    let deeds: [Deed] =
      switch plan {
      case .releaseEarly, .releaseLate: [.releaseHold(hold)]
      case .voteTooEarly, .vanish: [vote, .releaseHold(hold)]
      case .vote: [vote]
      case .voteTwice: [vote, vote]
      }
    return Turn(deeds.map(act), next: now + .random(in: 2...20, using: &dice))
  }

  private func act(_ deed: Deed) -> Act { Act(persona, deed) }
}
