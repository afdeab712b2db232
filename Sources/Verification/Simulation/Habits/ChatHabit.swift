import SeededRandom

/// A party to conversations (seed 003): writes, reads, and now and then tries to write where it is no party.
package struct ChatHabit: Habit {
  private let persona: Persona
  private let own: [String]
  private let foreign: [String]
  private var count = 0

  package init(user: String, own: [String], foreign: [String]) {
    persona = .signedIn(user)
    self.own = own
    self.foreign = foreign
  }

  package mutating func wake(at now: Int, dice: inout SplitMix64) -> Turn {
    let dice100 = Int.random(in: 0..<100, using: &dice)
    let deed: Deed? =
      switch dice100 {
      case 0..<10: foreign.randomElement(using: &dice).map { .sendMessage(conversation: $0, text: text()) }
      case 10..<40: own.randomElement(using: &dice).map { .readConversation($0) }
      default: own.randomElement(using: &dice).map { .sendMessage(conversation: $0, text: text()) }
      }
    return Turn(deed.map { [Act(persona, $0)] } ?? [], next: now + .random(in: 5...25, using: &dice))
  }

  private mutating func text() -> String {
    count += 1
    return "message \(count)"
  }
}
