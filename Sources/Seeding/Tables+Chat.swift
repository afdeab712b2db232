import FoundationEssentials
import PostgresClient
import SeededRandom

extension SeedPlan {
  func chatTables(_ space: SeedSpace) -> [SeededTable] {
    let zipf = Zipf(ranks: requests)
    let byID: @Sendable (UInt16?) -> String = { SeedSpace.holds(uuid: "id", seed: $0) }
    return [
      SeededTable(
        "public.service_requests", ["id", "requester_id", "title", "created_at"], count: requests,
        isSeeded: byID
      ) { number, row, random in
        row.append(space.uuid(.request, number))
        row.append(space.uuid(.user, requester(ofRequest: number)))
        row.append(Vocabulary.wish(number))
        row.append(asOf.before(seconds: .random(in: 8...20, using: &random) * Diurnal.secondsPerDay))
      },
      SeededTable(
        "public.conversations", ["id", "request_id", "requester_id", "traveler_id"],
        count: users > 1 ? requests : 0, isSeeded: byID
      ) { number, row, _ in
        row.append(space.uuid(.conversation, number))
        row.append(space.uuid(.request, number))
        row.append(space.uuid(.user, requester(ofRequest: number)))
        row.append(space.uuid(.user, traveler(ofRequest: number)))
      },
      SeededTable(
        "public.messages", ["id", "conversation_id", "sender_id", "message_text", "is_read", "created_at"],
        count: users > 1 ? messages : 0, isSeeded: byID
      ) { number, row, random in
        let conversation = zipf.rank(using: &random)
        let age = Int.random(in: 0..<(7 * Diurnal.secondsPerDay), using: &random)
        row.append(space.uuid(.message, number))
        row.append(space.uuid(.conversation, conversation))
        row.append(
          space.uuid(
            .user, random.chance(50) ? requester(ofRequest: conversation) : traveler(ofRequest: conversation))
        )
        row.append(Vocabulary.remark(using: &random))
        // What is older than a day has been read.
        row.append(age > Diurnal.secondsPerDay)
        row.append(asOf.before(seconds: age))
      },
    ]
  }

  private func requester(ofRequest number: Int) -> Int { number % users }
  private func traveler(ofRequest number: Int) -> Int {
    (number + 1 + number / users % max(1, users - 1)) % users
  }
}
