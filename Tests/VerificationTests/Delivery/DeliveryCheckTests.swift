import PostgresClient
import TestSupport
import Testing
import Verification

@Suite("Delivery checks, live", .serialized, .timeLimit(.minutes(10))) struct DeliveryCheckTests {
  @Test(arguments: DeliveryChecks.all)
  func `passes on the features as they are, and leaves nothing behind`(check: Check) async throws {
    let context = try await Installed.context(clients: 40)
    let outcome = try await check.run(context)
    switch outcome {
    case .passed: break
    // Everybody was told, which is what can be tested here. When is for a machine that has nothing else to do.
    case .failed(let findings) where findings.allSatisfy({ $0.message.hasPrefix("the slowest subscriber") }):
      break
    default:
      Issue.record("\(outcome)")
      return
    }
    #expect(try await rowsLeft(context) == 0)
  }

  private func rowsLeft(_ context: CheckContext) async throws -> Int {
    let connection = try await context.connect()
    let left = try await connection.run {
      try $0.query(
        """
        select count(*) from (
          select from auth.users union all select from public.active_users union all select from public.rooms
          union all select from public.polls union all select from public.service_requests
          union all select from public.heartbeats union all select from public.live_sessions
          union all select from pg_replication_slots where database = current_database() and not temporary) as rest
        """
      ).scalar(Int.self)
    }
    await connection.close()
    return left
  }

  @Test(arguments: [
    // Nobody is told of counts.
    (
      "active-users.coming-and-going-reach-every-browser",
      "alter publication muster drop table muster.live_count",
      "missed"
    ),
    // The count is not known to fall by itself.
    (
      "active-users.silence-reaches-every-browser",
      """
      create function public.forget() returns trigger language plpgsql as 'begin new.due_at := ''infinity''; return new; end';
      create trigger forget before insert or update on muster.live_count_state for each row execute function public.forget()
      """, "missed"
    ),
    (
      "rooms.coming-and-going-reach-every-client",
      "alter publication muster drop table muster.live_count, public.room_participants",
      "missed"
    ),
    // Everybody reads every room.
    (
      "rooms.coming-and-going-reach-every-client",
      """
      create policy "oops" on public.room_participants for select to authenticated using (true);
      create policy "oops" on public.room_participant_beats for select to authenticated using (true)
      """, "may not see"
    ),
    ("polls.vote-reaches-every-client", "drop trigger count_cast_votes on public.user_votes", "missed"),
    (
      "chat.message-reaches-both-parties-and-nobody-else",
      #"create policy "oops" on public.messages for select to authenticated using (true)"#, "may not see"
    ),
    (
      "chat.message-reaches-both-parties-and-nobody-else",
      "alter publication muster drop table public.messages, public.conversations",
      "missed"
    ),
    (
      "delivery.beats-cause-no-change-event",
      "alter table public.active_user_beats set logged; alter publication muster add table public.active_user_beats",
      "active_user_beats"
    ),
  ])
  func `fails on a database that is spoilt`(name: String, spoiltBy script: String, word: String) async throws
  {
    let check = try #require(DeliveryChecks.all.first { $0.name == name })
    let outcome = try await check.run(try await Installed.context(clients: 40, spoiltBy: script))
    guard case .failed(let findings) = outcome else {
      Issue.record("\(name) did not notice: \(outcome)")
      return
    }
    #expect(findings.contains { $0.message.contains(word) }, "\(findings)")
  }

  @Test func `on somebody's database it counts only where nobody else is live`()
    async throws
  {
    let check = try #require(
      DeliveryChecks.all.first { $0.name == "active-users.silence-reaches-every-browser" })
    var context = try await Installed.context(
      clients: 40, spoiltBy: "select public.register_session('somebody who lives here')")
    context.allowance = .named
    guard case .skipped = try await check.run(context) else {
      Issue.record("it counted beside somebody else")
      return
    }
  }

  @Test func `is skipped where the log cannot be read`() async throws {
    let context = try await Installed.context(clients: 40, spoiltBy: "drop publication muster")
    for check in DeliveryChecks.all where check.feature != "delivery" {
      guard case .skipped = try await check.run(context) else {
        Issue.record("\(check.name) was not skipped")
        continue
      }
    }
  }
}

extension Check: CustomTestStringConvertible {
  public var testDescription: String { name }
}
