/// Seed 001: who is in the room, and how many, on every page that shows it.
enum RoomDelivery {
  static let checks: [Check] = [
    check(
      "coming-and-going-reach-every-client",
      "A student who joins or closes his tab changes the list and count of all in the room within a second, and nobody else's"
    ) {
      try await $0.join()
      try await $0.leave()
    },
    check(
      "silence-reaches-every-client",
      "A student who has been silent for 30 s leaves every list and count within a second, swept or not"
    ) { try await $0.fallSilent() },
    check(
      "competition-reaches-every-client",
      "A student who enters or leaves a competition changes its list and count for everybody within a second"
    ) {
      try await $0.enterCompetition()
      try await $0.leaveCompetition()
    },
  ]

  private static let requires = [
    "public.join_room", "public.leave_room", "public.participant_heartbeat",
    "public.active_room_participants",
    "public.active_competition_participants",
  ]

  private static func check(
    _ name: String, _ promise: String, rounds: @escaping @Sendable (inout Classrooms) async throws -> Void
  ) -> Check {
    Crew.check(
      "rooms.\(name)", seed: 1, promise, requires: requires,
      people: { context in (context.clients ?? 1_000) / Classroom.clients * Classroom.people },
      play: { crew in
        let rooms = try await Classroom.open(crew)
        let subscribers = rooms.flatMap(\.subscribers)
        let report = try await crew.deliver(to: subscribers) { delivery in
          var classrooms = Classrooms(crew: crew, delivery: delivery, rooms: rooms)
          for _ in 0..<2 {
            try await rounds(&classrooms)
            classrooms.turn()
          }
        }
        return report.outcome
      })
  }
}

/// A room with a teacher and students in it, and people outside who know its number.
struct Classroom: Sendable {
  static let people = 11
  /// Pages that are open: everybody's but the latecomers', and a visitor's.
  static let clients = 10

  let id: String
  let competition: String
  let creator: Persona
  let teacher: Persona
  let outsider: Persona
  /// Those who are there or may come, in the order in which they come and go.
  let students: [Persona]
  /// Which of them are here, and in the competition.
  var present: Range<Int>
  var competing: Set<Int> = []

  static func session(of student: Persona) -> String { "tab of \(student.id ?? "nobody")" }

  /// Opens as many rooms as the crew has people for; all but two students of each are there.
  static func open(_ crew: Crew) async throws -> [Classroom] {
    let groups = stride(from: 0, to: crew.people.count, by: people).map { crew.people[$0..<$0 + people] }
    let ids = try await crew.call(
      groups.map {
        ($0[$0.startIndex], "insert into public.rooms (name) values (\(crew.mark + "room")) returning id")
      })
    let competitions = try await crew.call(
      zip(groups, ids).map { group, id in
        (
          group[group.startIndex],
          "insert into public.competitions (room_id, name) values (\(id)::bigint, 'quiz') returning id"
        )
      })
    let rooms = try zip(groups, zip(ids, competitions)).map { group, made in
      guard let id = made.0, let competition = made.1 else { throw Finding("a room was made without an id") }
      let members = Array(group)
      return Classroom(
        id: id, competition: competition, creator: members[0], teacher: members[1], outsider: members[2],
        students: Array(members[3...]), present: 0..<6)
    }
    try await crew.call(rooms.flatMap(\.entrances))
    try await crew.own("select muster.refresh_counts(true)")
    return rooms
  }

  private var entrances: [(persona: Persona, sql: SQL)] {
    let joined = [creator, teacher] + students[present]
    return joined.map { ($0, "select public.join_room(\(id)::bigint)") }
      + [
        (
          creator,
          "select public.set_participant_role(\(id)::bigint, \(teacher.id)::uuid, 'teacher')"
        )
      ] + students[present].map { ($0, beat(of: $0, in: nil)) }
  }

  func beat(of student: Persona, in competition: String?) -> SQL {
    """
    select public.participant_heartbeat(\(id)::bigint, \(Self.session(of: student)), \(competition)::bigint)
    """
  }

  // MARK: What their pages show

  private var page: Query {
    Query(
      """
      select concat_ws('; ',
        coalesce((select value from muster.live_count where topic = 'room:' || $1), 0),
        (select pg_catalog.string_agg(user_id::text, ' ' order by user_id::text)
         from public.active_room_participants where room_id = $1::bigint),
        coalesce((select value from muster.live_count where topic = 'competition:' || $2), 0),
        (select pg_catalog.string_agg(user_id::text, ' ' order by user_id::text)
         from public.get_active_competition_participants($2::bigint)))
      """, id, competition)
  }

  /// What the page of a member must show now.
  var right: String {
    let here = students[present].compactMap(\.id).sorted()
    let competing = competing.map { students[$0] }.compactMap(\.id).sorted()
    return ["\(here.count)", here.joined(separator: " "), "\(competing.count)"].joined(separator: "; ")
      + (competing.isEmpty ? "" : "; " + competing.joined(separator: " "))
  }

  /// The pages that are open. Somebody outside has the number of the room and asks all the same.
  var subscribers: [Subscriber] {
    let told = [
      Subscription("public.room_participants", where: "room_id", is: id),
      Subscription("muster.live_count", where: "topic", is: "room:\(id)"),
      Subscription("muster.live_count", where: "topic", is: "competition:\(competition)"),
    ]
    let members = ([creator, teacher] + students.prefix(6)).map { Subscriber(Viewpoint($0, page), told) }
    return members + [
      Subscriber(Viewpoint(outsider, page), told, onlyEver: "0; 0"),
      Subscriber(Viewpoint(.anonymous, page), told, onlyEver: "refused"),
    ]
  }
}

/// The rooms of a check. What happens, happens in several of them at once, and in others the next time.
struct Classrooms {
  private static let atOnce = 10

  let crew: Crew
  let delivery: Delivery
  private var rooms: [Classroom]
  /// Those whose turn it is.
  private var turns: Range<Int>

  init(crew: Crew, delivery: Delivery, rooms: [Classroom]) {
    self.crew = crew
    self.delivery = delivery
    self.rooms = rooms
    turns = 0..<min(Self.atOnce, rooms.count)
  }

  mutating func turn() {
    let start = turns.upperBound + turns.count <= rooms.count ? turns.upperBound : 0
    turns = start..<start + turns.count
  }

  mutating func join() async throws {
    for index in turns {
      let present = rooms[index].present
      rooms[index].present = present.lowerBound..<present.upperBound + 1
    }
    try await change("join_room") { room in
      (room.students[room.present.upperBound - 1], "select public.join_room(\(room.id)::bigint)")
    }
  }

  mutating func leave() async throws {
    for index in turns { rooms[index].present.removeFirst() }
    try await change("leave_room") { room in
      let student = room.students[room.present.lowerBound - 1]
      return (student, "select public.leave_room(\(room.id)::bigint, \(Classroom.session(of: student)))")
    }
  }

  mutating func enterCompetition() async throws {
    for index in turns { rooms[index].competing = [rooms[index].present.lowerBound] }
    try await change("entering a competition") { room in
      let student = room.students[room.present.lowerBound]
      return (student, room.beat(of: student, in: room.competition))
    }
  }

  mutating func leaveCompetition() async throws {
    for index in turns { rooms[index].competing = [] }
    try await change("leaving a competition") { room in
      let student = room.students[room.present.lowerBound]
      return (student, room.beat(of: student, in: nil))
    }
  }

  /// The clock is put forward for one student of each room, and for what is known to be due because of him.
  mutating func fallSilent() async throws {
    let going = rooms[turns].compactMap { room -> String? in
      room.students[room.present.lowerBound].id.map { "(\(room.id), '\($0)')" }
    }
    let topics = rooms[turns].map { "'room:\($0.id)'" }
    for index in turns { rooms[index].present.removeFirst() }
    let crew = crew
    try await everybodySees("31 s without a beat") {
      try await crew.ownScript(
        """
        update public.room_participant_beats as beat set seen = beat.seen - interval '31 s'
        from public.room_participants as participant
        where beat.participant_id = participant.id and (participant.room_id, participant.user_id::text) in
          (\(raw: going.joined(separator: ", ")));
        update muster.live_count_state set due_at = due_at - interval '31 s'
        where topic in (\(raw: topics.joined(separator: ", ")))
        """)
    }
  }

  private func change(_ name: String, _ call: (Classroom) -> (persona: Persona, sql: SQL)) async throws {
    let calls = rooms[turns].map(call)
    let crew = crew
    try await everybodySees(name) { try await crew.call(calls) }
  }

  /// Those in the other rooms must see what they saw before.
  private func everybodySees(_ name: String, _ cause: @Sendable () async throws -> some Sendable) async throws
  {
    let right = rooms.map(\.right)
    try await delivery.round(
      name,
      { member, subscriber in
        subscriber.onlyEver ?? right[member / Classroom.clients]
      }
    ) { _ = try await cause() }
  }
}
