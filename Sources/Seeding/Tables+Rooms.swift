import FoundationEssentials
import PostgresClient
import SeededRandom

extension SeedPlan {
  func roomTables(_ space: SeedSpace) -> [SeededTable] {
    let seats = Seats(plan: self)
    let byID: @Sendable (UInt16?) -> String = { SeedSpace.holds(id: "id", seed: $0) }
    return [
      SeededTable("public.rooms", ["id", "creator_id", "name", "created_at"], count: rooms, isSeeded: byID) {
        number, row, random in
        row.append(space.id(number))
        row.append(space.uuid(.user, number % users))
        row.append("\(Vocabulary.subject(number)) \(1 + number / Vocabulary.subjects)")
        row.append(asOf.before(seconds: .random(in: 10...90, using: &random) * Diurnal.secondsPerDay))
      },
      SeededTable(
        "public.competitions", ["id", "room_id", "name", "created_at"], count: rooms * competitionsPerRoom,
        isSeeded: byID
      ) { number, row, random in
        row.append(space.id(number))
        row.append(space.id(number / competitionsPerRoom))
        row.append("Round \(1 + number % competitionsPerRoom)")
        row.append(asOf.before(seconds: .random(in: 3_600...86_400, using: &random)))
      },
      SeededTable(
        "public.room_participants",
        [
          "id", "room_id", "user_id", "role", "is_in_competition", "current_competition_id", "counted",
          "joined_at",
          "left_at",
        ], count: seats.count, isSeeded: byID
      ) { number, row, random in
        let seat = seats[number]
        let competes = !seat.isTeacher && seat.presence != .left && random.chance(40)
        let round = Int.random(in: 0..<competitionsPerRoom, using: &random)
        row.append(space.id(number))
        row.append(space.id(seat.room))
        row.append(space.uuid(.user, seat.user))
        row.append(seat.isTeacher ? "teacher" : "student")
        row.append(competes)
        row.append(competes ? space.id(seat.room * competitionsPerRoom + round) : nil as Int64?)
        row.append(!seat.isTeacher)
        row.append(asOf.before(seconds: .random(in: 4_000...7_000, using: &random)))
        row.append(
          seat.presence == .left ? asOf.before(seconds: .random(in: 300...3_900, using: &random)) : nil)
      },
      SeededTable(
        "public.room_participant_beats", ["participant_id", "seen", "session_id"], count: seats.present.count,
        isSeeded: { SeedSpace.holds(id: "participant_id", seed: $0) }
      ) { index, row, random in
        let number = seats.present[index]
        row.append(space.id(number))
        row.append(lastSeen(isFresh: seats[number].presence == .fresh, staleAfter: 30, using: &random))
        row.append(space.session("tab", number))
      },
    ]
  }
}

/// Who sits in which room: rooms by Zipf, nobody twice in one, the creator first and as its teacher.
struct Seats: Sendable {
  enum Presence: Sendable { case fresh, stale, left }

  struct Seat: Sendable {
    var room: Int
    var user: Int
    var isTeacher: Bool
    var presence: Presence
  }

  private var seats: [Seat] = []
  /// The numbers of those who have not left.
  private(set) var present: [Int] = []

  var count: Int { seats.count }

  subscript(number: Int) -> Seat { seats[number] }

  init(plan: SeedPlan) {
    var random = SplitMix64.named("seats", seed: UInt64(plan.seed))
    let zipf = Zipf(ranks: plan.rooms)
    var taken = [Int](repeating: 0, count: plan.rooms)
    for number in 0..<plan.participants {
      let room = number < plan.rooms ? number : zipf.rank(using: &random)
      guard taken[room] < plan.users else { continue }
      // Places in a room go round the users from its creator on, so that no user comes twice.
      let user = (room + taken[room]) % plan.users
      let dice = Int.random(in: 0..<100, using: &random)
      let presence: Presence = dice < 70 ? .fresh : dice < 80 ? .stale : .left
      if presence != .left { present.append(seats.count) }
      seats.append(Seat(room: room, user: user, isTeacher: taken[room] == 0, presence: presence))
      taken[room] += 1
    }
  }
}
