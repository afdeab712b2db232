import PostgresClient

/// Something that a client can look at, and what it must show at this second.
struct Question: Sendable {
  var text: String
  /// Who looks; nil for the owner of the database.
  var persona: Persona?
  var statement: Statement
  var answer: String

  init(_ text: String, by persona: Persona?, _ statement: Statement, is answer: String) {
    self.text = text
    self.persona = persona
    self.statement = statement
    self.answer = answer
    self.statement.isPrepared = true
  }
}

extension Oracle {
  /// Everything that is on somebody's screen.
  func questions(about world: World, besides others: Bystanders, at now: Int) -> [Question] {
    activeUserQuestions(besides: others, at: now) + roomQuestions(world, at: now)
      + pollQuestions(world, besides: others, at: now) + chatQuestions(world, at: now)
      + trafficQuestions(world, besides: others, at: now)
  }

  private func activeUserQuestions(besides others: Bystanders, at now: Int) -> [Question] {
    let count = activeUsers.count(at: now) + others.sessions
    return [
      Question(
        "the active-user counter of a visitor", by: .anonymous,
        Statement("select public.get_active_user_count()"),
        is: "\(count)"),
      Question(
        "the published active-user count", by: .anonymous,
        Statement("select value from muster.live_count where topic = 'active_users'"),
        is: "\(count)"),
    ]
  }

  /// All lists and counts as the owner sees them; of some rooms, others at each second, as people see them.
  private func roomQuestions(_ world: World, at now: Int) -> [Question] {
    let rooms = world.rooms.map { ($0.id, self.rooms.active(inRoom: $0.id, at: now)) }
    let competitions = world.rooms.flatMap { room in
      room.competitions.map { ($0, self.rooms.active(inCompetition: $0, ofRoom: room.id, at: now)) }
    }
    return [
      allLists(of: "room_id", in: "public.active_room_participants", rooms),
      allLists(of: "current_competition_id", in: "public.active_competition_participants", competitions),
      allCounts(of: "room", rooms),
      allCounts(of: "competition", competitions),
    ] + world.rooms(number: now, 4).flatMap { personalQuestions(about: $0, world, at: now) }
  }

  private func allLists(of column: String, in view: String, _ lists: [(id: Int, users: [String])]) -> Question
  {
    Question(
      "who is in which \(view)", by: nil,
      Statement(
        """
        select string_agg(list, '; ' order by id) from (select \(column) as id, \(column) || ': ' || \
        string_agg(user_id::text, ' ' order by user_id::text collate "C") as list \
        from \(view) where \(column) = any ($1::int8[]) group by 1) as lists
        """, [lists.map(\.id)]),
      is: lists.filter { !$0.users.isEmpty }.sorted { $0.id < $1.id }
        .map { "\($0.id): \($0.users.joined(separator: " "))" }.joined(separator: "; "))
  }

  private func allCounts(of topic: String, _ lists: [(id: Int, users: [String])]) -> Question {
    Question(
      "the published counts of each \(topic)", by: nil,
      Statement(
        """
        select string_agg(id || ': ' || value, '; ' order by id) from unnest($1::int8[]) as id \
        join muster.live_count on topic = '\(topic):' || id where value > 0
        """, [lists.map(\.id)]),
      is: lists.filter { !$0.users.isEmpty }.sorted { $0.id < $1.id }
        .map { "\($0.id): \($0.users.count)" }.joined(separator: "; "))
  }

  /// What the creator sees of a room and of its competitions, and what somebody sees who is not in it.
  private func personalQuestions(about room: World.Room, _ world: World, at now: Int) -> [Question] {
    let creator = Persona.signedIn(room.creator)
    let list = "select string_agg(user_id::text, ' ' order by user_id::text collate \"C\") from"
    let ofRoom = Statement("\(list) public.get_active_participants($1)", [room.id])
    return [
      Question(
        "the list of room \(room.id) as its creator sees it", by: creator, ofRoom,
        is: rooms.active(inRoom: room.id, at: now).joined(separator: " ")),
      Question(
        "the list of room \(room.id) as somebody sees it who is not in it", by: .signedIn(world.outsider),
        ofRoom,
        is: ""),
    ]
      + room.competitions.map { competition in
        Question(
          "the list of competition \(competition) as the creator of its room sees it", by: creator,
          Statement("\(list) public.get_active_competition_participants($1)", [competition]),
          is: rooms.active(inCompetition: competition, ofRoom: room.id, at: now).joined(separator: " "))
      }
  }

  private func pollQuestions(_ world: World, besides others: Bystanders, at now: Int) -> [Question] {
    let outsider = Persona.signedIn(world.outsider)
    let results = world.polls.map { poll in
      Question(
        "the results of poll \(poll.id)", by: outsider,
        Statement(
          """
          select string_agg(option_id || '=' || votes, ' ' order by option_id) \
          from public.poll_results where poll_id = $1
          """, [poll.id]),
        is: poll.options.sorted().map { "\($0)=\(polls.votes(forOption: $0))" }.joined(separator: " "))
    }
    let holders = Question(
      "the published number of live holds", by: outsider,
      Statement("select coalesce(max(value), 0) from muster.live_count where topic = 'button_holds'"),
      is: "\(polls.holders(at: now) + others.holds)")
    return results + [holders]
  }

  /// One conversation after another, each party in turn.
  private func chatQuestions(_ world: World, at now: Int) -> [Question] {
    guard let (conversation, parties) = world.conversation(number: now) else { return [] }
    let state = chat.state(of: conversation)
    let seen = "\(state.messages) \(state.unreadByRequester) \(state.unreadByTraveler)"
    return [(parties.requester, seen), (parties.traveler, seen), (world.outsider, "0 - -")].map {
      user, answer in
      Question(
        "messages and unread numbers of conversation \(conversation) as \(user) sees them",
        by: .signedIn(user),
        Statement(
          """
          select (select count(*) from public.messages where conversation_id = $1) || ' ' || \
          coalesce((select requester_unread_count || ' ' || traveler_unread_count \
          from public.conversations where id = $1), '- -')
          """, [conversation]),
        is: answer)
    }
  }

  private func trafficQuestions(_ world: World, besides others: Bystanders, at now: Int) -> [Question] {
    let live = traffic.live(at: now, besides: others.visits)
    let pages = live.topPages.map { "\($0.path)=\($0.count)" }.joined(separator: " ")
    return [
      Question(
        "live traffic as an admin sees it", by: .signedIn(world.admin),
        Statement(
          """
          select concat_ws(' ', active_users, active_sessions, authenticated_users, anonymous_sessions, \
          (select string_agg((page ->> 'path') || '=' || (page ->> 'count'), ' ' order by position) \
          from jsonb_array_elements(top_pages) with ordinality as top (page, position))) \
          from public.get_live_traffic()
          """),
        is: [
          "\(live.activeUsers)", "\(live.activeSessions)", "\(live.authenticatedSessions)",
          "\(live.anonymousSessions)", pages,
        ].filter { !$0.isEmpty }.joined(separator: " "))
    ]
  }
}
