import FoundationEssentials
import PostgresClient
import SeededRandom

extension SeedPlan {
  /// A week of page beats and today's, by day and by the hour, most visitors on few pages; and who reads right now.
  func trafficTables(_ space: SeedSpace) -> [SeededTable] {
    let visitors = max(1, beatsPerDay / 20)
    let pages = Zipf(ranks: Vocabulary.paths.count)
    let diurnal = Diurnal()
    let isSeeded: @Sendable (UInt16?) -> String = { SeedSpace.holds(id: "id", seed: $0) }
    let columns = ["id", "session_id", "user_id", "page_path", "created_at"]
    let history = beatsPerDay * days
    @Sendable func visitor(_ visitor: Int, _ row: inout BinaryCopyEncoder) {
      row.append(space.session("reader", visitor))
      // A third of the readers is signed in.
      row.append(visitor.isMultiple(of: 3) ? space.uuid(.user, visitor % users) : nil as UUID?)
    }
    return [
      SeededTable("public.heartbeats", columns, count: history + freshSessions, isSeeded: isSeeded) {
        number, row, random in
        row.append(space.id(number))
        if number < history {
          visitor(.random(in: 0..<visitors, using: &random), &row)
          row.append(Vocabulary.paths[pages.rank(using: &random)])
          row.append(
            moment(ago: days - 1 - number / beatsPerDay, diurnal.second(using: &random), using: &random))
        } else {
          visitor(number - history, &row)
          row.append(Vocabulary.paths[pages.rank(using: &random)])
          row.append(lastSeen(isFresh: true, staleAfter: 60, using: &random))
        }
      }
    ]
  }

  /// A moment of a UTC day; of today only what has passed more than ten minutes ago, so that who reads now is known exactly.
  private func moment(
    ago days: Int, _ second: Int, using random: inout some RandomNumberGenerator
  ) -> Timestamp {
    let day: Int64 = 86_400_000_000
    let midnight = asOf.microseconds - (asOf.microseconds % day + day) % day
    let moment = Timestamp(
      microseconds: midnight - Int64(days) * day + Int64(second) * 1_000_000
        + .random(in: 0..<1_000_000, using: &random))
    return min(moment, asOf.before(seconds: 600))
  }
}
