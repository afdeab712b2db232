import SeededRandom

/// A browser with the active-user counter (seed 000): registers, beats every 20 s, closes, reloads, vanishes, comes back.
package struct BrowserHabit: Habit {
  package static let interval = 20

  private enum Phase {
    case closed
    case open(session: String)
    /// No beat and no good-bye: the network, the lid, the tunnel.
    case vanished(session: String)
  }

  private var phase = Phase.closed
  private let persona: Persona
  private var names: SessionNames

  package init(persona: Persona, names: SessionNames) {
    self.persona = persona
    self.names = names
  }

  package mutating func wake(at now: Int, dice: inout SplitMix64) -> Turn {
    switch phase {
    case .closed:
      return open(at: now)
    case .vanished(let session):
      phase = .open(session: session)
      return Turn([Act(persona, .beatSession(session))], next: now + Self.interval)
    case .open(let session):
      return stay(session, at: now, dice: &dice)
    }
  }

  private mutating func open(at now: Int) -> Turn {
    let session = names.next()
    phase = .open(session: session)
    return Turn([Act(persona, .registerSession(session))], next: now + Self.interval)
  }

  private mutating func stay(_ session: String, at now: Int, dice: inout SplitMix64) -> Turn {
    switch Int.random(in: 0..<100, using: &dice) {
    case 0..<8:
      phase = .closed
      return Turn([Act(persona, .endSession(session))], next: now + .random(in: 1...40, using: &dice))
    case 8..<14:
      let reopened = open(at: now)
      return Turn([Act(persona, .endSession(session))] + reopened.acts, next: reopened.next)
    case 14..<24:
      phase = .vanished(session: session)
      return Turn([], next: now + .random(in: 30...120, using: &dice))
    default:
      return Turn([Act(persona, .beatSession(session))], next: now + Self.interval)
    }
  }
}

/// Session ids that no other client of this run or of another uses.
package struct SessionNames: Sendable {
  private let prefix: String
  private var count = 0

  package init(prefix: String) { self.prefix = prefix }

  package mutating func next() -> String {
    count += 1
    return "\(prefix)-\(count)"
  }
}
