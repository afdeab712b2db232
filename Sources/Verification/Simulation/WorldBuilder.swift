import PostgresClient

/// Puts a world into the database, as its owner, and takes it out again.
struct WorldBuilder: Sendable {
  var connection: PostgresConnection

  /// One room for every twenty clients, one conversation for every six, five polls of three options.
  func build(_ empty: World) async throws -> World {
    try await connection.run { connection in
      var world = empty
      try connection.transaction { connection in
        try createPeople(of: world, connection)
        try createRooms(of: &world, connection)
        try createPolls(of: &world, connection)
        try createConversations(of: &world, connection)
      }
      return world
    }
  }

  /// Removes every row of the run, and those that a run of the same name left behind when it was killed.
  func remove(_ world: World) async throws {
    try await connection.run { connection in
      try connection.transaction { connection in
        let own = "\(world.run)-%"
        try connection.query("delete from public.active_users where session_id like $1", [own])
        try connection.query("delete from public.live_sessions where session_id like $1", [own])
        try connection.query("delete from public.heartbeats where session_id like $1", [own])
        try connection.query("delete from public.polls where question like $1", [own])
        try connection.query("delete from public.rooms where name like $1", [own])
        try connection.query("delete from public.service_requests where title like $1", [own])
        try connection.query("delete from auth.users where id = any ($1::uuid[])", [world.everybody])
      }
      try connection.query("select muster.refresh_counts()")
    }
  }

  private func createPeople(of world: World, _ connection: isolated PostgresConnection) throws {
    try connection.query("insert into auth.users (id) select unnest($1::uuid[])", [world.everybody])
    try connection.query(
      """
      insert into public.profiles (id, role)
      select person, case when person = $2::uuid then 'admin' else 'user' end from unnest($1::uuid[]) as person
      """, [world.everybody, world.admin])
  }

  private func createRooms(of world: inout World, _ connection: isolated PostgresConnection) throws {
    // The habit of rooms is every second client's, so creators and teachers are found among those.
    let staff = stride(from: 0, to: world.users.count, by: 2).map { world.users[$0] }
    for number in 0..<max(1, world.users.count / 20) where staff.count > 1 {
      let creator = staff[2 * number % staff.count]
      let teacher = staff[(2 * number + 1) % staff.count]
      let room = try connection.query(
        "insert into public.rooms (creator_id, name) values ($1, $2) returning id",
        [creator, "\(world.run)-room-\(number)"]
      ).scalar(Int.self)
      let competitions = try connection.query(
        """
        insert into public.competitions (room_id, name)
        select $1, 'competition ' || number from generate_series(1, 2) as number returning id
        """, [room]
      ).map { try $0.decode(Int.self, at: 0) }
      try connection.query(
        """
        insert into public.room_participants (room_id, user_id, role, left_at)
        select $1, person, 'teacher', now() from unnest($2::uuid[]) as person
        """, [room, Array(Set([creator, teacher]))])
      world.rooms.append(.init(id: room, creator: creator, teacher: teacher, competitions: competitions))
    }
  }

  private func createPolls(of world: inout World, _ connection: isolated PostgresConnection) throws {
    for number in 1...5 {
      let poll = try connection.query(
        "insert into public.polls (question, status) values ($1, 'active') returning id",
        ["\(world.run)-poll-\(number)"]
      ).scalar(Int.self)
      let options = try connection.query(
        """
        insert into public.poll_options (poll_id, label)
        select $1, 'option ' || number from generate_series(1, 3) as number returning id
        """, [poll]
      ).map { try $0.decode(Int.self, at: 0) }
      world.polls.append(.init(id: poll, options: options))
    }
  }

  private func createConversations(of world: inout World, _ connection: isolated PostgresConnection) throws {
    // The habit of chat is every third client's: two of them to a conversation.
    let chatters = stride(from: 0, to: world.users.count, by: 3).map { world.users[$0] }
    for (requester, traveler) in zip(chatters, chatters.dropFirst()) {
      let conversation = try connection.query(
        """
        with request as (
          insert into public.service_requests (requester_id, title) values ($1, $3) returning id, requester_id)
        insert into public.conversations (request_id, requester_id, traveler_id)
        select id, requester_id, $2::uuid from request returning id
        """, [requester, traveler, "\(world.run)-request"]
      ).scalar(String.self)
      world.conversations[conversation] = .init(requester: requester, traveler: traveler)
    }
  }
}
