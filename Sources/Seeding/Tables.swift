import FoundationEssentials
import PostgresClient

extension SeedPlan {
  /// All the tables, each after those that it refers to.
  func tables() -> [SeededTable] {
    let space = SeedSpace(seed: seed)
    return people(space) + activeUsers(space) + roomTables(space) + pollTables(space) + chatTables(space)
      + trafficTables(space)
  }

  // MARK: Identity

  private func people(_ space: SeedSpace) -> [SeededTable] {
    [
      SeededTable(
        "auth.users", ["id", "created_at"], count: users, isSeeded: { SeedSpace.holds(uuid: "id", seed: $0) }
      ) { number, row, random in
        row.append(space.uuid(.user, number))
        row.append(asOf.before(seconds: .random(in: 365...730, using: &random) * Diurnal.secondsPerDay))
      },
      SeededTable(
        "public.profiles", ["id", "display_name", "role", "created_at"], count: users,
        isSeeded: { SeedSpace.holds(uuid: "id", seed: $0) }
      ) { number, row, random in
        row.append(space.uuid(.user, number))
        row.append(Vocabulary.name(number, using: &random))
        row.append(number < admins ? "admin" : "user")
        row.append(asOf.before(seconds: .random(in: 0...(365 * Diurnal.secondsPerDay), using: &random)))
      },
    ]
  }

  // MARK: Active users

  private func activeUsers(_ space: SeedSpace) -> [SeededTable] {
    let sessions = freshSessions + staleSessions
    return [
      SeededTable(
        "public.active_users", ["id", "session_id", "created_at"], count: sessions,
        isSeeded: { SeedSpace.holds(id: "id", seed: $0) }
      ) { number, row, random in
        row.append(space.id(number))
        row.append(space.session("browser", number))
        row.append(asOf.before(seconds: .random(in: 3_600...7_200, using: &random)))
      },
      SeededTable(
        "public.active_user_beats", ["session_id", "seen"], count: sessions,
        isSeeded: { SeedSpace.holds(session: "session_id", seed: $0) }
      ) { number, row, random in
        row.append(space.session("browser", number))
        row.append(lastSeen(isFresh: number < freshSessions, staleAfter: 60, using: &random))
      },
    ]
  }

  /// Fresh: within a beat's interval, a third of the threshold. Stale: past it, by up to ten times.
  func lastSeen(isFresh: Bool, staleAfter: Int, using random: inout some RandomNumberGenerator) -> Timestamp {
    asOf.before(
      seconds: isFresh
        ? .random(in: 0...(staleAfter / 3), using: &random)
        : .random(in: staleAfter...(10 * staleAfter), using: &random))
  }
}
