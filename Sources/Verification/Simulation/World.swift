/// What stands in the database before the simulated clients come: rooms, polls, conversations, and who is who.
package struct World: Sendable {
  package struct Room: Sendable {
    package var id: Int
    package var creator: String
    package var teacher: String
    package var competitions: [Int]

    package init(id: Int, creator: String, teacher: String, competitions: [Int]) {
      self.id = id
      self.creator = creator
      self.teacher = teacher
      self.competitions = competitions
    }
  }

  /// Every row of a run carries this in its name, so that the run can age and remove its own rows and no others.
  package var run: String
  /// One for each client.
  package var users: [String]
  package var admin: String
  /// Signed in, and in no room and no conversation.
  package var outsider: String
  package var rooms: [Room] = []
  package var polls: [PollHabit.Poll] = []
  package var conversations: [String: ChatOracle.Parties] = [:]

  /// What the clock of the jobs shows when the run begins, in seconds: late enough for each sweep to come within the run.
  package static let startOfClock = 180
  package static let paths = [
    "/", "/pricing", "/docs", "/docs/install", "/blog", "/rooms", "/polls", "/about",
  ]

  /// The people of a run, before anything is in the database.
  package init(clients: Int, seed: UInt64) {
    var people = PersonaFactory(seed: seed)
    run = "muster-simulation-\(seed)"
    users = (0..<clients).map { _ in people.uuid() }
    admin = people.uuid()
    outsider = people.uuid()
  }

  package var everybody: [String] { users + [admin, outsider] }

  package var uncountedUsers: [Int: Set<String>] {
    Dictionary(uniqueKeysWithValues: rooms.map { ($0.id, [$0.creator, $0.teacher]) })
  }

  /// So many rooms, others for another number.
  func rooms(number: Int, _ count: Int) -> [Room] {
    rooms.isEmpty ? [] : (0..<min(count, rooms.count)).map { rooms[(number * count + $0) % rooms.count] }
  }

  /// Some conversation, another one for another number.
  func conversation(number: Int) -> (id: String, parties: ChatOracle.Parties)? {
    guard !conversations.isEmpty else { return nil }
    let id = conversations.keys.sorted()[number % conversations.count]
    return conversations[id].map { (id, $0) }
  }
}
