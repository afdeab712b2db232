/// What seed 001 promises: who is in a room and in a competition, each user once, teachers and the creator never.
package struct RoomsOracle: Sendable {
  package static let staleAfter = 30
  package static let sweepInterval = 300

  package static func isFresh(_ seen: Int, at now: Int) -> Bool { seen > now - staleAfter }

  /// By room, then by user.
  private var presences: [Int: [String: RoomPresence]] = [:]
  private let uncounted: [Int: Set<String>]

  /// - Parameter uncounted: for each room its creator and its teachers.
  package init(uncounted: [Int: Set<String>]) { self.uncounted = uncounted }

  package mutating func join(_ user: String, room: Int, at now: Int) {
    presences[room, default: [:]][user, default: RoomPresence()].join(at: now)
  }

  package mutating func beat(_ user: String, room: Int, session: String, competition: Int?, at now: Int) {
    presences[room, default: [:]][user, default: RoomPresence()].beat(
      session, competition: competition, at: now)
  }

  package mutating func leave(_ user: String, room: Int, session: String, at now: Int) {
    presences[room]?[user]?.leave(session, at: now)
  }

  /// - Returns: how many presences the sweep ends.
  package mutating func sweep(at now: Int) -> Int {
    var ended = 0
    for (room, members) in presences {
      for (user, presence) in members where presence.isOpen && !presence.isActive(at: now) {
        presences[room]?[user]?.end()
        ended += 1
      }
    }
    return ended
  }

  /// The users whom the list of a room shows, sorted.
  package func active(inRoom room: Int, at now: Int) -> [String] {
    list(room, at: now) { _ in true }
  }

  /// The users whom the list of a competition of a room shows, sorted.
  package func active(inCompetition competition: Int, ofRoom room: Int, at now: Int) -> [String] {
    list(room, at: now) { $0.competition == competition }
  }

  private func list(_ room: Int, at now: Int, _ isListed: (RoomPresence) -> Bool) -> [String] {
    (presences[room] ?? [:])
      .filter { user, presence in
        presence.isActive(at: now) && isListed(presence) && !(uncounted[room]?.contains(user) ?? false)
      }
      .keys.sorted()
  }
}

/// One user in one room. The tab that beat last owns the presence; the one that beat before it stands by and takes over when
/// the owner closes, if it was heard of in time.
private struct RoomPresence: Sendable {
  private struct Tab: Sendable {
    var session: String
    var seen: Int
  }

  private(set) var isOpen = false
  private(set) var competition: Int?
  private var seen = Int.min
  private var owner: String?
  private var standby: Tab?

  func isActive(at now: Int) -> Bool { isOpen && RoomsOracle.isFresh(seen, at: now) }

  mutating func join(at now: Int) {
    if !isActive(at: now) { end() }
    isOpen = true
    seen = now
  }

  mutating func beat(_ session: String, competition: Int?, at now: Int) {
    if !isActive(at: now) { end() }
    if owner != session { standby = owner.map { Tab(session: $0, seen: seen) } }
    owner = session
    isOpen = true
    seen = now
    self.competition = competition
  }

  mutating func leave(_ session: String, at now: Int) {
    guard isOpen else { return }
    if let owner, owner != session {
      if standby?.session == session { standby = nil }
    } else if let heir = standby, RoomsOracle.isFresh(heir.seen, at: now) {
      (owner, seen, standby) = (heir.session, heir.seen, nil)
    } else {
      end()
    }
  }

  mutating func end() {
    isOpen = false
    competition = nil
    owner = nil
    standby = nil
  }
}
