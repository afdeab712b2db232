import FoundationEssentials
import PostgresClient

extension SeedPlan {
  func pollTables(_ space: SeedSpace) -> [SeededTable] {
    let byID: @Sendable (UInt16?) -> String = { SeedSpace.holds(id: "id", seed: $0) }
    let byUser: @Sendable (UInt16?) -> String = {
      SeedSpace.holds(uuid: "user_id", seed: $0) + " and " + SeedSpace.holds(id: "poll_id", seed: $0)
    }
    let holds = freshHolds + staleHolds
    return [
      SeededTable(
        "public.polls", ["id", "question", "status", "created_by", "created_at"], count: polls, isSeeded: byID
      ) {
        number, row, random in
        row.append(space.id(number))
        row.append(Vocabulary.question(number))
        row.append(status(ofPoll: number))
        row.append(space.uuid(.user, number % users))
        row.append(asOf.before(seconds: .random(in: 7_200...700_000, using: &random)))
      },
      SeededTable(
        "public.poll_options", ["id", "poll_id", "label"], count: polls * optionsPerPoll, isSeeded: byID
      ) { number, row, _ in
        row.append(space.id(number))
        row.append(space.id(number / optionsPerPoll))
        row.append(Vocabulary.answer(number % optionsPerPoll))
      },
      SeededTable(
        "public.button_holds", ["id", "user_id", "poll_id", "started_at", "ended_at", "is_active"],
        count: holds,
        isSeeded: byID
      ) { number, row, _ in
        row.append(space.id(number))
        row.append(space.uuid(.user, number % users))
        row.append(space.id(number / users % openPolls))
        row.append(asOf.before(seconds: 200))
        row.append(nil as Timestamp?)
        row.append(true)
      },
      SeededTable(
        "public.button_hold_beats", ["hold_id", "seen"], count: holds,
        isSeeded: { SeedSpace.holds(id: "hold_id", seed: $0) }
      ) { number, row, random in
        row.append(space.id(number))
        row.append(lastSeen(isFresh: number < freshHolds, staleAfter: 10, using: &random))
      },
      SeededTable(
        "public.user_votes", ["poll_id", "user_id", "option_id", "created_at"],
        count: min(votes, polls * users),
        isSeeded: byUser
      ) { number, row, random in
        let (poll, voter) = ballot(number)
        row.append(space.id(poll))
        row.append(space.uuid(.user, voter))
        // Half vote for the first answer, a third for the second, the rest for the last.
        row.append(
          space.id(poll * optionsPerPoll + [0, 0, 0, 1, 1, 2][Int.random(in: 0..<6, using: &random)]))
        row.append(asOf.before(seconds: .random(in: 0...7_000, using: &random)))
      },
      SeededTable(
        "public.poll_boosts", ["poll_id", "user_id", "created_at"], count: min(boosts, polls * users),
        isSeeded: byUser
      ) { number, row, random in
        let (poll, user) = ballot(number)
        row.append(space.id(poll))
        row.append(space.uuid(.user, user))
        row.append(asOf.before(seconds: .random(in: 0...7_000, using: &random)))
      },
    ]
  }

  /// Eight in ten are open, one is a draft, one closed; the open ones come first.
  private var openPolls: Int { max(1, polls * 8 / 10) }

  private func status(ofPoll number: Int) -> String {
    number < openPolls ? "active" : number.isMultiple(of: 2) ? "draft" : "closed"
  }

  /// A poll and a user, never the same pair twice: one open poll after the other, and then the next user.
  private func ballot(_ number: Int) -> (poll: Int, user: Int) {
    (number % polls, number / polls)
  }
}
