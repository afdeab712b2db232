import PostgresClient
import TestSupport
import Testing
import Verification

@Suite struct SimulationTests {
  private func simulate(_ context: CheckContext) async throws -> Outcome {
    try #require(try await SimulationChecks.all.first?.run(context))
  }

  @Test func clientsAndOracleAgree() async throws {
    let outcome = try await simulate(Installed.context(clients: 60))
    guard case .passed(let figure) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(figure.hasPrefix("60 clients, 125 simulated s"))
  }

  @Test func nothingOfARunStaysBehind() async throws {
    let context = try await Installed.context(clients: 20)
    _ = try await simulate(context)
    let connection = try await context.connect()
    let left = try await connection.run { connection in
      try connection.query(
        """
        select (select count(*) from public.active_users) + (select count(*) from public.rooms)
          + (select count(*) from public.polls) + (select count(*) from public.conversations)
          + (select count(*) from public.heartbeats) + (select count(*) from public.live_sessions)
          + (select count(*) from public.profiles) + (select count(*) from auth.users)
        """
      ).scalar(Int.self)
    }
    await connection.close()
    #expect(left == 0)
  }

  @Test func rowsOfOthersAreOnTheScreensToo() async throws {
    let outcome = try await simulate(
      Installed.context(
        clients: 60,
        spoiltBy: """
          select public.register_session('somebody-elses-session');
          select public.record_heartbeat('somebody-elses-session', '/elsewhere');
          update public.active_user_beats set seen = now() - interval '57 seconds';
          """))
    guard case .passed = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }

  @Test func itStaysAwayFromADatabaseThatIsInUse() async throws {
    var context = try await Installed.context(
      clients: 20, spoiltBy: "select public.register_session('somebody-elses-session')")
    context.allowance = .named
    let outcome = try await simulate(context)
    guard case .skipped = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }

  /// Each weakens the database in one way that a client would notice sooner or later, and must be found.
  @Test(arguments: [
    (
      "stale a little late",
      "update muster.liveness set stale_after = '61 seconds' where stale_after = '60 seconds'"
    ),
    (
      "a closing tab ends everything",
      "create or replace function public.leave_room(room bigint, session_id text) returns boolean language sql "
        + "security definer set search_path = '' as $$ update public.room_participants p set left_at = now(), "
        + "current_competition_id = null where p.room_id = leave_room.room and p.user_id = auth.uid() "
        + "and p.left_at is null returning true $$"
    ),
    (
      "the creator is counted",
      "create or replace function public.derive_room_participant() returns trigger language plpgsql as $$ begin "
        + "new.is_in_competition := new.current_competition_id is not null; new.counted := new.role <> 'teacher' "
        + "or new.user_id = (select creator_id from public.rooms where id = new.room_id); return new; end $$"
    ),
    ("votes are not counted", "drop trigger count_cast_votes on public.user_votes"),
    ("messages are not counted", "drop trigger count_sent on public.messages"),
    (
      "anybody may write in any conversation",
      "create policy open on public.messages for insert to authenticated with check (true)"
    ),
    (
      "anybody reads any conversation",
      "create policy open on public.conversations for select to authenticated using (true); "
        + "create policy open on public.messages for select to authenticated using (true)"
    ),
    ("pages are not noted", "drop trigger note_live_sessions on public.heartbeats"),
  ])
  func aFaultIsFound(what: String, script: String) async throws {
    let outcome = try await simulate(Installed.context(clients: 60, spoiltBy: script))
    guard case .failed(let findings) = outcome else {
      Issue.record("\(what): \(outcome)")
      return
    }
    #expect(findings.allSatisfy { $0.detail.contains("--seed 1 --clients 60") })
  }
}

@Suite struct PopulationTests {
  @Test func theSameSeedBringsTheSameActs() {
    func acts(seed: UInt64) -> [Act] {
      var world = World(clients: 40, seed: 5)
      world.polls = [.init(id: 1, options: [1, 2])]
      world.rooms = [.init(id: 1, creator: world.users[0], teacher: world.users[2], competitions: [9])]
      var population = Population(world: world, arrival: 20, seed: seed)
      return (0..<200).flatMap { population.acts(at: $0).map(\.act) }
    }
    #expect(acts(seed: 3) == acts(seed: 3))
    #expect(acts(seed: 3) != acts(seed: 4))
  }
}
