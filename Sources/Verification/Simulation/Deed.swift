import PostgresClient

/// What a simulated client asks of the database: one call of the product's public surface.
package enum Deed: Sendable, Hashable {
  // Active users (seed 000).
  case registerSession(String)
  case beatSession(String)
  case endSession(String)

  // Rooms and competitions (seed 001).
  case joinRoom(Int)
  case beatRoom(Int, session: String, competition: Int?)
  case leaveRoom(Int, session: String)

  // Press-and-hold polls (seed 002). A hold is named by the client's own counter: the database's id is known only
  // once `startHold` has answered.
  case startHold(HoldName, poll: Int)
  case beatHold(HoldName)
  case releaseHold(HoldName)
  case castVote(HoldName, option: Int)

  // Chat (seed 003).
  case sendMessage(conversation: String, text: String)
  case readConversation(String)

  // Live traffic (seed 004).
  case viewPage(session: String, path: String)
}

extension Deed {
  /// The deed without what it is done to.
  var kind: String { String("\(self)".prefix { $0 != "(" }) }

  static let kinds: Set<String> = [
    "registerSession", "beatSession", "endSession", "joinRoom", "beatRoom", "leaveRoom", "startHold",
    "beatHold",
    "releaseHold", "castVote", "sendMessage", "readConversation", "viewPage",
  ]

  /// What the deed is about: deeds about one thing keep their order, others may pass each other.
  func subject(of client: Int) -> Int {
    switch self {
    case .sendMessage(let conversation, _), .readConversation(let conversation):
      conversation.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & Int.max
    default: client
    }
  }
}

/// A hold before the database has given it an id: whose it is, and the how manyth.
package struct HoldName: Sendable, Hashable {
  package var client: Int
  package var number: Int

  package init(client: Int, number: Int) {
    self.client = client
    self.number = number
  }
}

/// What the oracle says a deed must come to.
package enum Expectation: Sendable, Hashable, CustomStringConvertible {
  /// It succeeds; the answer is not the point.
  case success
  /// The database refuses with this SQLSTATE.
  case refusal(SQLState)

  package var description: String {
    switch self {
    case .success: "success"
    case .refusal(let code): "a refusal with \(code)"
    }
  }
}
