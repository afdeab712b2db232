import SeededRandom

/// A user of rooms (seed 001): opens one to three tabs, each beating every 15 s; enters and leaves competitions, reloads,
/// closes tabs, switches rooms, vanishes and comes back.
package struct RoomHabit: Habit {
  package static let interval = 15

  package struct Room: Sendable, Hashable {
    package var id: Int
    package var competitions: [Int]

    package init(id: Int, competitions: [Int]) {
      self.id = id
      self.competitions = competitions
    }
  }

  private struct Tab {
    var session: String
    var nextBeat: Int
  }

  private let persona: Persona
  private let rooms: [Room]
  private var names: SessionNames
  private var room: Room
  private var competition: Int?
  private var tabs: [Tab] = []

  /// Nil where there is no room to go to.
  package init?(user: String, rooms: [Room], names: SessionNames) {
    guard let first = rooms.first else { return nil }
    persona = .signedIn(user)
    self.rooms = rooms
    self.names = names
    room = first
  }

  package mutating func wake(at now: Int, dice: inout SplitMix64) -> Turn {
    let deeds = deeds(at: now, dice: &dice)
    let acts = deeds.map { Act(persona, $0) }
    let next = tabs.map(\.nextBeat).min() ?? now + .random(in: 5...60, using: &dice)
    return Turn(acts, next: max(next, now + 1))
  }

  private mutating func deeds(at now: Int, dice: inout SplitMix64) -> [Deed] {
    guard let due = tabs.indices.min(by: { tabs[$0].nextBeat < tabs[$1].nextBeat }) else {
      return [.joinRoom(room.id)] + openTab(at: now)
    }
    return switch Int.random(in: 0..<100, using: &dice) {
    case 0..<14 where tabs.count < 3: beat(due, at: now) + openTab(at: now)
    case 14..<26: close(due)
    case 26..<32: reload(due, at: now)
    case 32..<42: changeCompetition(due, at: now, dice: &dice)
    case 42..<47: switchRoom(at: now, dice: &dice)
    case 47..<54: vanish(at: now, dice: &dice)
    default: beat(due, at: now)
    }
  }

  private mutating func openTab(at now: Int) -> [Deed] {
    tabs.append(Tab(session: names.next(), nextBeat: now))
    return beat(tabs.count - 1, at: now)
  }

  private mutating func beat(_ tab: Int, at now: Int) -> [Deed] {
    tabs[tab].nextBeat = now + Self.interval
    return [.beatRoom(room.id, session: tabs[tab].session, competition: competition)]
  }

  /// Closes one tab; the others, if there are any, go on as if nothing had happened.
  private mutating func close(_ tab: Int) -> [Deed] {
    let closed = tabs.remove(at: tab)
    if tabs.isEmpty { competition = nil }
    return [.leaveRoom(room.id, session: closed.session)]
  }

  /// The page goes and comes again under a new session id.
  private mutating func reload(_ tab: Int, at now: Int) -> [Deed] {
    let old = tabs[tab].session
    tabs[tab].session = names.next()
    return [.leaveRoom(room.id, session: old)] + beat(tab, at: now)
  }

  private mutating func changeCompetition(_ tab: Int, at now: Int, dice: inout SplitMix64) -> [Deed] {
    competition = competition == nil ? room.competitions.randomElement(using: &dice) : nil
    return beat(tab, at: now)
  }

  private mutating func switchRoom(at now: Int, dice: inout SplitMix64) -> [Deed] {
    let leaving = tabs.map { Deed.leaveRoom(room.id, session: $0.session) }
    tabs = []
    competition = nil
    room = rooms.randomElement(using: &dice) ?? room
    return leaving + [.joinRoom(room.id)] + openTab(at: now)
  }

  /// No beat of any tab, and no good-bye.
  private mutating func vanish(at now: Int, dice: inout SplitMix64) -> [Deed] {
    let back = now + Int.random(in: 20...100, using: &dice)
    for tab in tabs.indices { tabs[tab].nextBeat = back }
    return []
  }
}
