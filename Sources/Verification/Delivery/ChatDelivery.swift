/// Seed 003: a message is with both parties at once, and with nobody else.
enum ChatDelivery {
  static let checks: [Check] = [
    check(
      "message-reaches-both-parties-and-nobody-else",
      "A message is on the pages of its receiver and its sender within a second, and on nobody else's"
    ) { talks, delivery in
      for _ in 0..<4 {
        try await talks.send("hello", fromRequester: true, delivery)
        try await talks.send("hello yourself", fromRequester: false, delivery)
        talks.turn()
      }
    },
    check(
      "reading-reaches-both-parties",
      "That a message was read is on the pages of both parties within a second"
    ) { talks, delivery in
      for _ in 0..<4 {
        try await talks.send("are you there?", fromRequester: true, delivery)
        try await talks.markRead(delivery)
        talks.turn()
      }
    },
  ]

  private static func check(
    _ name: String, _ promise: String,
    rounds: @escaping @Sendable (inout Talks, Delivery) async throws -> Void
  ) -> Check {
    Crew.check(
      "chat.\(name)", seed: 3, promise,
      requires: ["public.messages", "public.conversations", "public.mark_conversation_read"],
      people: { context in (context.clients ?? 1_000) / Talk.clients * Talk.people },
      play: { crew in
        let talks = Talks(crew: crew, talks: try await Talk.open(crew))
        let report = try await crew.deliver(to: talks.talks.flatMap(\.subscribers)) { delivery in
          var talks = talks
          try await rounds(&talks, delivery)
        }
        return report.outcome
      })
  }
}

/// A conversation of two, and two who have its id and listen all the same.
struct Talk: Sendable {
  static let people = 3
  /// Pages that are open: the requester's, the traveler's on two devices, a stranger's and a visitor's.
  static let clients = 5

  let id: String
  let requester: Persona
  let traveler: Persona
  let stranger: Persona

  static func open(_ crew: Crew) async throws -> [Talk] {
    let groups = stride(from: 0, to: crew.people.count, by: people).map {
      Array(crew.people[$0..<$0 + people])
    }
    let requests = try await crew.call(
      groups.map {
        ($0[0], "insert into public.service_requests (title) values ('bring me a book') returning id")
      })
    let ids = try await crew.call(
      zip(groups, requests).map { group, request in
        (
          group[1],
          """
          insert into public.conversations (request_id, requester_id)
          values (\(request)::uuid, \(group[0].id)::uuid) returning id
          """
        )
      })
    return try zip(groups, ids).map { group, id in
      guard let id else { throw Finding("a conversation was made without an id") }
      return Talk(id: id, requester: group[0], traveler: group[1], stranger: group[2])
    }
  }

  var subscribers: [Subscriber] {
    let page = Query(
      """
      select concat(
        (select pg_catalog.string_agg(message_text, ', ' order by created_at) from public.messages
         where conversation_id = $1::uuid), ' | ',
        (select requester_unread_count || '/' || traveler_unread_count from public.conversations
         where id = $1::uuid))
      """, id)
    let told = [
      Subscription("public.messages", where: "conversation_id", is: id),
      Subscription("public.conversations", where: "id", is: id),
    ]
    return [requester, traveler, traveler].map { Subscriber(Viewpoint($0, page), told) } + [
      Subscriber(Viewpoint(stranger, page), told, onlyEver: " | "),
      Subscriber(Viewpoint(.anonymous, page), told, onlyEver: "refused"),
    ]
  }
}

/// The conversations of a check. What is said is said in several of them at once, and in others the next time.
struct Talks: Sendable {
  private static let atOnce = 20

  let crew: Crew
  let talks: [Talk]
  private var pages: [Page]
  /// Those whose turn it is.
  private var turns: Range<Int>

  /// What must stand on the pages of the two parties.
  private struct Page: Sendable {
    var said: [String] = []
    var unread = (requester: 0, traveler: 0)

    var text: String { "\(said.joined(separator: ", ")) | \(unread.requester)/\(unread.traveler)" }
  }

  init(crew: Crew, talks: [Talk]) {
    self.crew = crew
    self.talks = talks
    pages = Array(repeating: Page(), count: talks.count)
    turns = 0..<min(Self.atOnce, talks.count)
  }

  mutating func turn() {
    let start = turns.upperBound + turns.count <= talks.count ? turns.upperBound : 0
    turns = start..<start + turns.count
  }

  mutating func send(_ text: String, fromRequester: Bool, _ delivery: Delivery) async throws {
    for index in turns {
      pages[index].said.append(text)
      if fromRequester { pages[index].unread.traveler += 1 } else { pages[index].unread.requester += 1 }
    }
    try await change("a message", delivery) { talk in
      (
        fromRequester ? talk.requester : talk.traveler,
        "insert into public.messages (conversation_id, message_text) values (\(talk.id)::uuid, \(text))"
      )
    }
  }

  /// The traveler reads.
  mutating func markRead(_ delivery: Delivery) async throws {
    for index in turns { pages[index].unread.traveler = 0 }
    try await change("mark_conversation_read", delivery) { talk in
      (talk.traveler, "select public.mark_conversation_read(\(talk.id)::uuid)")
    }
  }

  /// Those in the other conversations must see what they saw before.
  private func change(
    _ name: String, _ delivery: Delivery, _ call: (Talk) -> (persona: Persona, sql: SQL)
  ) async throws {
    let right = pages.map(\.text)
    let calls = talks[turns].map(call)
    let crew = crew
    try await delivery.round(
      name,
      { member, subscriber in
        subscriber.onlyEver ?? right[member / Talk.clients]
      }
    ) { try await crew.call(calls) }
  }
}
