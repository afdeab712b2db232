import Foundation
import PostgresClient
import Seeding
import TemporaryCluster
import TestSupport
import Testing

@Suite struct SeederTests {
  /// A database with the features, and a session in it.
  private struct Place {
    let seeder: Seeder
    let connection: PostgresConnection

    init() async throws {
      let settings = try await Installed.database()
      seeder = Seeder(settings)
      connection = try await PostgresConnection.connect(settings)
    }

    func number(_ sql: String) async throws -> Int {
      try await connection.run { try $0.query(sql).scalar() }
    }

    func execute(_ sql: String) async throws { _ = try await connection.run { try $0.execute(sql) } }

    /// All that the features hold, in one number.
    func fingerprint() async throws -> String {
      try await connection.run { connection in
        let tables = try connection.query(
          """
          select oid::regclass::text from pg_class
          where relnamespace in ('public'::regnamespace, 'auth'::regnamespace) and relkind in ('r', 'p')
            and not relispartition and relname !~ '_shards$' order by 1
          """)
        return try tables.map { table in
          let name = try table.decode(String.self, at: 0)
          let sum = try connection.query(
            "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from \(name) as t"
          ).scalar(String.self)
          return "\(name) \(sum)"
        }.joined(separator: "\n")
      }
    }
  }

  private static let noon = Timestamp(microseconds: 1_790_000_000_000_000)
  private static let small = SeedPlan(seed: 7, scale: 0.05, asOf: noon)

  @Test func theSamePlanMakesTheSameRows() async throws {
    let (here, there, elsewhere) = (try await Place(), try await Place(), try await Place())
    try await here.seeder.seed(Self.small)
    try await there.seeder.seed(Self.small)
    try await elsewhere.seeder.seed(SeedPlan(seed: 8, scale: 0.05, asOf: Self.noon))
    #expect(try await here.fingerprint() == there.fingerprint())
    #expect(try await here.fingerprint() != elsewhere.fingerprint())
  }

  @Test func whatIsFreshAndWhatIsStaleIsKnownExactly() async throws {
    let place = try await Place()
    let now = try await place.seeder.serverTime()
    let plan = SeedPlan(seed: 1, scale: 0.2, asOf: now + .seconds(3_600))
    try await place.seeder.seed(plan)
    // An hour ahead of the clock, fresh ones count as now, and stale ones were last seen at most ten minutes before that.
    func fresh(_ table: String, _ threshold: Int) async throws -> Int {
      try await place.number(
        "select count(*) from \(table) where seen > '\(plan.asOf.postgresText ?? "")'::timestamptz - interval '\(threshold) s'"
      )
    }
    #expect(try await fresh("public.active_user_beats", 60) == 100)
    #expect(try await place.number("select count(*) from public.active_user_beats") == 120)
    #expect(try await fresh("public.button_hold_beats", 10) == 6)
    #expect(try await place.number("select count(*) from public.button_hold_beats") == 8)
    #expect(try await fresh("public.live_sessions", 60) >= 0)
  }

  @Test func countsThatTriggersKeepAreRight() async throws {
    let place = try await Place()
    try await place.seeder.seed(Self.small)
    #expect(
      try await place.number("select sum(votes)::int8 from public.poll_results")
        == place.number("select count(*) from public.user_votes"))
    #expect(
      try await place.number(
        """
        select count(*) from public.conversations c where c.requester_unread_count <> (
          select count(*) from public.messages m
          where m.conversation_id = c.id and not m.is_read and m.sender_id <> c.requester_id)
        """) == 0)
  }

  @Test func unseedTakesBackExactlyThat() async throws {
    let place = try await Place()
    try await place.execute(
      """
      insert into auth.users (id) values ('11111111-1111-4111-8111-111111111111');
      insert into public.profiles (id, display_name) values ('11111111-1111-4111-8111-111111111111', 'Somebody');
      insert into public.rooms (creator_id, name) values ('11111111-1111-4111-8111-111111111111', 'My own');
      insert into public.active_users (session_id) values ('a-session-of-somebody');
      insert into public.heartbeats (session_id, page_path) values ('reader', '/');
      """)
    let before = try await place.fingerprint()
    let seeded = try await place.seeder.seed(Self.small)
    #expect(try await place.fingerprint() != before)
    let unseeded = try await place.seeder.unseed(7)
    #expect(seeded == unseeded)
    #expect(try await place.fingerprint() == before)
  }

  @Test func twoSeedsLiveSideBySide() async throws {
    let place = try await Place()
    try await place.seeder.seed(SeedPlan(seed: 1, scale: 0.02, asOf: Self.noon))
    let first = try await place.fingerprint()
    try await place.seeder.seed(SeedPlan(seed: 65_535, scale: 0.02, asOf: Self.noon))
    try await place.seeder.unseed(65_535)
    #expect(try await place.fingerprint() == first)
    try await place.seeder.unseed(nil)
    #expect(try await place.number("select count(*) from public.messages") == 0)
  }

  @Test func aSeedIsPutThereOnce() async throws {
    let place = try await Place()
    try await place.seeder.seed(Self.small)
    await #expect(throws: SeedError.alreadySeeded(seed: 7, table: "auth.users")) {
      try await place.seeder.seed(Self.small)
    }
  }

  @Test func rowsOfOthersAreNotTakenAlong() async throws {
    let place = try await Place()
    try await place.seeder.seed(Self.small)
    try await place.execute(
      """
      insert into auth.users (id) values ('11111111-1111-4111-8111-111111111111');
      insert into public.room_participants (room_id, user_id)
      select min(id), '11111111-1111-4111-8111-111111111111' from public.rooms;
      """)
    let before = try await place.fingerprint()
    let error = try await #require(throws: SeedError.self) { try await place.seeder.unseed(7) }
    #expect("\(error)".contains("1 of room_participants refer to rooms"))
    #expect(try await place.fingerprint() == before)
  }

  @Test func withoutTheFeaturesNothingIsDone() async throws {
    let seeder = Seeder(try await TemporaryCluster.shared().createDatabase())
    let error = try await #require(throws: SeedError.self) { try await seeder.seed(Self.small) }
    #expect("\(error)".contains("muster migrate"))
  }

  @Test func whatIsInterruptedLeavesNothing() async throws {
    let place = try await Place()
    let before = try await place.fingerprint()
    let seeder = place.seeder
    let task = Task {
      try await seeder.seed(Self.small) { progress in
        if progress.table == "public.messages" { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: (any Error).self) { try await task.value }
    #expect(try await place.fingerprint() == before)
  }
}
