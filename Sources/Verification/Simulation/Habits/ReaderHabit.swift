import SeededRandom

/// A reader of pages (seed 004): one session id for good, a beat at once and every 30 s, now signed in and now not.
package struct ReaderHabit: Habit {
  package static let interval = 30

  private let session: String
  private let user: String
  private let paths: [String]
  private var isSignedIn: Bool
  private var path: String

  package init(session: String, user: String, isSignedIn: Bool, paths: [String]) {
    self.session = session
    self.user = user
    self.isSignedIn = isSignedIn
    self.paths = paths
    path = paths.first ?? "/"
  }

  package mutating func wake(at now: Int, dice: inout SplitMix64) -> Turn {
    switch Int.random(in: 0..<100, using: &dice) {
    case 0..<35: path = paths.randomElement(using: &dice) ?? path
    case 35..<45: isSignedIn.toggle()
    case 45..<55: return Turn([], next: now + .random(in: 31...100, using: &dice))
    default: break
    }
    let persona = isSignedIn ? Persona.signedIn(user) : .anonymous
    // Somebody who clicks on stays on a page for less than the interval.
    let next = dice.chance(20) ? Int.random(in: 2...12, using: &dice) : Self.interval
    return Turn([Act(persona, .viewPage(session: session, path: path))], next: now + next)
  }
}
