extension Benchmark {
  private static let roomSize = 50
  private static let member = "00000000-0000-4000-8000-000000000000"

  static let rooms = Benchmark(
    name: "rooms", summary: "who is in the room: a list by room beside a DISTINCT ON over all rooms"
  ) { laboratory in
    let rooms = max(10, laboratory.scale / roomSize)
    try await fill(laboratory, rooms: rooms)
    // A member of ten rooms asks for them in turn, under his role and claims.
    let draw = "\\set room random(1, 10)\n"
    var comparison = try await laboratory.race(
      "room list, \(rooms * roomSize) participants in \(rooms) rooms, 2 clients", unit: "lists",
      [
        .load(.floor, "a function that does nothing", "select naive.nothing('');", clients: 2),
        .load(
          .naive, "SELECT … FROM active_room_participants",
          draw + "select * from naive.active_room_participants where room_id = :room;", clients: 2),
        .load(
          .muster, "get_active_participants()", promised: 200,
          draw + "select * from public.get_active_participants((:room)::bigint);", clients: 2,
          session: [
            "role": "authenticated", "request.jwt.claims": #"{"sub":"\#(member)","role":"authenticated"}"#,
          ]),
      ])
    let listed = try await laboratory.number(
      "select count(*) from public.active_room_participants where room_id = 1")
    comparison.facts = [
      Fact(
        name: "who is listed in a room of \(roomSize) with a creator and a teacher", seen: "\(Int(listed))",
        promised: "\(roomSize - 2)", isKept: Int(listed) == roomSize - 2)
    ]
    return [comparison]
  }

  private static func fill(_ laboratory: Laboratory, rooms: Int) async throws {
    laboratory.progress("filling \(rooms) rooms")
    try await laboratory.execute(
      """
      delete from public.rooms;
      alter table public.rooms alter column id restart;
      insert into auth.users (id) values ('\(member)') on conflict do nothing;
      -- The member of ten rooms is user 2 of the first ten; everybody else is in one room.
      create temporary table person as
      select room, seat, case when room <= 10 and seat = 2 then '\(member)'::uuid else gen_random_uuid() end as id
      from generate_series(1, \(rooms)) as room, generate_series(1, \(roomSize)) as seat;
      insert into auth.users (id) select distinct id from person where id <> '\(member)';
      insert into public.rooms (creator_id, name) select id, 'room ' || room from person where seat = 1 order by room;
      insert into public.room_participants (room_id, user_id, role)
      select room, id, case seat when 3 then 'teacher' else 'student' end from person;
      insert into public.room_participant_beats (participant_id, seen, session_id)
      select id, now() + interval '1 hour', 'tab' from public.room_participants;

      drop view if exists naive.active_room_participants;
      drop table if exists naive.room_participants, naive.rooms;
      create table naive.rooms as select id, creator_id from public.rooms;
      alter table naive.rooms add primary key (id);
      create table naive.room_participants as
      select id, room_id, user_id, role, now() + interval '1 hour' as last_active from public.room_participants;
      alter table naive.room_participants add primary key (id);
      create index on naive.room_participants (room_id);
      create index on naive.room_participants (last_active);
      create view naive.active_room_participants as
      select distinct on (participant.user_id) participant.*
      from naive.room_participants as participant
      join naive.rooms as room on room.id = participant.room_id
      where participant.last_active > now() - interval '30 seconds'
        and participant.role <> 'teacher' and participant.user_id <> room.creator_id
      order by participant.user_id, participant.last_active desc;
      drop table person;
      analyze;
      """)
  }
}
