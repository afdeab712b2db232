import SeededRandom

/// The simulated clients: each with its habits, its dice, and the seconds at which it wants to be woken.
package struct Population: Sendable {
  private struct Habitual: Sendable {
    var client: Int
    var habit: any Habit
    var dice: SplitMix64

    mutating func wake(at now: Int) -> Turn { habit.wake(at: now, dice: &dice) }
  }

  private var habituals: [Habitual] = []
  /// Who wakes at which second.
  private var agenda: [Int: [Int]] = [:]

  /// Everybody has a browser and reads pages; every second client goes to rooms, every third chats, every fourth votes.
  /// They come within the first `arrival` seconds.
  package init(world: World, arrival: Int, seed: UInt64) {
    var dice = SplitMix64(seed: seed)
    for (client, user) in world.users.enumerated() {
      for habit in Self.habits(of: client, user: user, in: world, dice: &dice) {
        agenda[.random(in: 0..<max(arrival, 1), using: &dice), default: []].append(habituals.count)
        habituals.append(Habitual(client: client, habit: habit, dice: dice.split()))
      }
    }
  }

  /// What the clients do at this second, in an order that keeps each client's own.
  package mutating func acts(at now: Int) -> [(client: Int, act: Act)] {
    var acts: [(client: Int, act: Act)] = []
    for index in agenda.removeValue(forKey: now) ?? [] {
      let turn = habituals[index].wake(at: now)
      acts += turn.acts.map { (habituals[index].client, $0) }
      if let next = turn.next { agenda[max(next, now + 1), default: []].append(index) }
    }
    return acts
  }

  private static func habits(
    of client: Int, user: String, in world: World, dice: inout SplitMix64
  ) -> [any Habit] {
    let name = "\(world.run)-\(client)"
    var habits: [any Habit] = [
      BrowserHabit(
        persona: dice.chance(50) ? .anonymous : .signedIn(user),
        names: SessionNames(prefix: "\(name)-browser")),
      ReaderHabit(session: "\(name)-reader", user: user, isSignedIn: dice.chance(40), paths: World.paths),
    ]
    if client.isMultiple(of: 2), let rooms = rooms(of: client, user: user, in: world, dice: &dice),
      let habit = RoomHabit(user: user, rooms: rooms, names: SessionNames(prefix: "\(name)-tab"))
    {
      habits.append(habit)
    }
    if client.isMultiple(of: 3) { habits.append(chat(of: user, in: world)) }
    if client.isMultiple(of: 4) { habits.append(PollHabit(client: client, user: user, polls: world.polls)) }
    return habits
  }

  /// Two rooms at random; the creator and the teacher of a room go to their own.
  private static func rooms(
    of client: Int, user: String, in world: World, dice: inout SplitMix64
  ) -> [RoomHabit.Room]? {
    let own = world.rooms.filter { $0.creator == user || $0.teacher == user }
    let rooms = own.isEmpty ? (0..<2).compactMap { _ in world.rooms.randomElement(using: &dice) } : own
    return rooms.isEmpty ? nil : rooms.map { RoomHabit.Room(id: $0.id, competitions: $0.competitions) }
  }

  private static func chat(of user: String, in world: World) -> ChatHabit {
    let conversations = world.conversations.sorted { $0.key < $1.key }
    let own = conversations.filter { $0.value.requester == user || $0.value.traveler == user }
    let foreign = conversations.first { $0.value.requester != user && $0.value.traveler != user }
    return ChatHabit(user: user, own: own.map(\.key), foreign: foreign.map { [$0.key] } ?? [])
  }
}
