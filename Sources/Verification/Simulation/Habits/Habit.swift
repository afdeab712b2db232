import SeededRandom

/// One thing that a client does over time, as the seeds' client code does it: a state machine over the simulation's
/// seconds, with dice of its own and no knowledge of the database.
package protocol Habit: Sendable {
  /// Does what is due.
  ///
  /// - Returns: what the client does now, in order, and when it wants to be woken next; never, when `nil`.
  mutating func wake(at now: Int, dice: inout SplitMix64) -> Turn
}

/// A deed and who the client is when it does it.
package struct Act: Sendable, Hashable {
  package var persona: Persona
  package var deed: Deed

  package init(_ persona: Persona, _ deed: Deed) {
    self.persona = persona
    self.deed = deed
  }
}

package struct Turn: Sendable, Hashable {
  package var acts: [Act]
  package var next: Int?

  package init(_ acts: [Act], next: Int?) {
    self.acts = acts
    self.next = next
  }
}
