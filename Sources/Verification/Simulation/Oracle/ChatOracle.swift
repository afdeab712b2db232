import PostgresClient

/// What seed 003 promises: each message counts as unread for the other party until that party reads.
package struct ChatOracle: Sendable {
  package struct Parties: Sendable, Hashable {
    package var requester: String
    package var traveler: String

    package init(requester: String, traveler: String) {
      self.requester = requester
      self.traveler = traveler
    }
  }

  package struct State: Sendable, Hashable {
    package var messages = 0
    package var unreadByRequester = 0
    package var unreadByTraveler = 0

    package init(messages: Int = 0, unreadByRequester: Int = 0, unreadByTraveler: Int = 0) {
      self.messages = messages
      self.unreadByRequester = unreadByRequester
      self.unreadByTraveler = unreadByTraveler
    }
  }

  private let parties: [String: Parties]
  private var states: [String: State] = [:]

  package init(parties: [String: Parties]) { self.parties = parties }

  package mutating func send(to conversation: String, by sender: String) -> Expectation {
    guard let parties = parties[conversation] else { return .refusal(.insufficientPrivilege) }
    switch sender {
    case parties.requester: states[conversation, default: State()].unreadByTraveler += 1
    case parties.traveler: states[conversation, default: State()].unreadByRequester += 1
    default: return .refusal(.insufficientPrivilege)
    }
    states[conversation, default: State()].messages += 1
    return .success
  }

  package mutating func read(_ conversation: String, by reader: String) {
    switch reader {
    case parties[conversation]?.requester: states[conversation, default: State()].unreadByRequester = 0
    case parties[conversation]?.traveler: states[conversation, default: State()].unreadByTraveler = 0
    default: break
    }
  }

  package func state(of conversation: String) -> State { states[conversation] ?? State() }
}
