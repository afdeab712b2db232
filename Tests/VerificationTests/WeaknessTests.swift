import Foundation
import TestSupport
import Testing
import Verification

/// A check that cannot fail proves nothing: each weakness is planted in a database of its own, and the check that
/// guards against it has to see it.
@Suite struct WeaknessTests {
  struct Weakness: Sendable, CustomTestStringConvertible {
    var name: String
    var sql: String
    /// The checks that have to fail.
    var seenBy: [String]

    init(_ name: String, seenBy: String..., sql: String) {
      self.name = name
      self.sql = sql
      self.seenBy = seenBy
    }

    var testDescription: String { name }
  }

  static let weaknesses: [Weakness] = [
    // Policies and grants.
    Weakness(
      "everybody reads all messages", seenBy: "access.public.messages", "chat.others-are-denied",
      sql: "create policy weak on public.messages for select to authenticated using (true)"),
    Weakness(
      "everybody reads all rooms", seenBy: "access.public.rooms", "rooms.outsiders-see-nothing",
      sql: "create policy weak on public.rooms for select to authenticated using (true)"),
    Weakness(
      "a DELETE policy is true", seenBy: "access.public.poll_boosts",
      sql: """
        drop policy "users take their own boosts back" on public.poll_boosts;
        create policy weak on public.poll_boosts for delete to authenticated using (true)
        """),
    Weakness(
      "an UPDATE policy is true", seenBy: "access.public.service_requests",
      sql:
        "create policy weak on public.service_requests for update to authenticated using (true) with check (true)"
    ),
    Weakness(
      "a WITH CHECK is true", seenBy: "access.public.messages",
      sql: "create policy weak on public.messages for insert to authenticated with check (true)"),
    Weakness(
      "requests can be handed over", seenBy: "access.public.service_requests",
      sql: """
        grant update (requester_id) on public.service_requests to authenticated;
        create policy weak on public.service_requests for update to authenticated
          using (requester_id = auth.uid()) with check (true)
        """),
    Weakness(
      "users write their own role", seenBy: "access.public.profiles", "identity.nobody-promotes-himself",
      sql: "grant update (role), insert (role) on public.profiles to authenticated"),
    Weakness(
      "session ids are readable", seenBy: "access.public.active_users",
      sql: """
        grant select on public.active_users to anon;
        create policy weak on public.active_users for select to anon using (true)
        """),
    Weakness(
      "a table can be truncated", seenBy: "access.public.polls", "catalog.clients-hold-no-table-privileges",
      sql: "grant truncate on public.polls to authenticated"),
    Weakness(
      "a sequence can be moved", seenBy: "access.public.polls_id_seq",
      sql: "grant update, usage on sequence public.polls_id_seq to anon"),
    Weakness(
      "row level security is off", seenBy: "access.public.button_holds",
      "catalog.reachable-tables-have-row-level-security", "catalog.published-tables-have-row-level-security",
      sql: "alter table public.button_holds disable row level security"),
    Weakness(
      "a partition is open", seenBy: "catalog.reachable-tables-have-row-level-security",
      sql: """
        grant select on public.heartbeats_default to authenticated;
        alter table public.heartbeats_default disable row level security
        """),
    Weakness(
      "a view has its owner's rights", seenBy: "access.public.hold_states",
      "catalog.views-ask-as-their-reader",
      sql: "alter view public.hold_states reset (security_invoker)"),
    Weakness(
      "a token's metadata is believed", seenBy: "access.forged-tokens-change-nothing",
      "catalog.policies-do-not-trust-the-client",
      sql: """
        create policy weak on public.user_votes for select to authenticated
          using (auth.jwt() -> 'user_metadata' ->> 'role' = 'admin')
        """),
    Weakness(
      "no identity matches what is nobody's", seenBy: "access.public.heartbeats",
      sql: """
        create policy weak on public.heartbeats for select to authenticated
          using (user_id is not distinct from auth.uid())
        """),
    Weakness(
      "anybody aggregates", seenBy: "access.functions-in-public",
      sql: "grant execute on function public.aggregate_and_cleanup_heartbeats() to authenticated"),
    Weakness(
      "a function is PUBLIC's", seenBy: "access.functions-in-public",
      "catalog.nothing-is-executable-by-public",
      sql: "grant execute on function public.cleanup_stale_sessions() to public"),
    Weakness(
      "a table is nobody's business", seenBy: "access.everything-is-declared",
      sql: "create table public.undeclared (id int)"),
    Weakness(
      "a schema is nobody's business", seenBy: "access.everything-is-declared",
      sql: "create schema private; create table private.notes (); grant usage on schema private to anon"),
    // Functions.
    Weakness(
      "a definer without a search_path", seenBy: "catalog.definers-have-a-fixed-search-path",
      sql: "alter function public.cast_vote(bigint, bigint) reset search_path"),
    Weakness(
      "a function that does not compile", seenBy: "catalog.plpgsql-check-finds-nothing",
      sql: """
        create function public.broken() returns int language plpgsql set search_path = ''
        as $$ begin return (select missing from public.rooms); end $$
        """),
    Weakness(
      "a policy asks once a row", seenBy: "catalog.policies-ask-who-it-is-once",
      sql: "create policy slow on public.rooms for select to authenticated using (creator_id = auth.uid())"),
    Weakness(
      "the admin's traffic is everybody's", seenBy: "traffic.admins-only",
      sql: """
        alter function public.require_admin() rename to require_admin_before;
        create function public.require_admin() returns void language sql set search_path = '' as '';
        """),
    // Staleness.
    Weakness(
      "a threshold off by one microsecond", seenBy: "staleness.room-participants-at-the-threshold",
      sql:
        "update muster.liveness set stale_after = '30.000001 s' where relation = 'public.room_participants'::regclass"
    ),
    Weakness(
      "exactly at the threshold counts as fresh", seenBy: "staleness.active-users-at-the-threshold",
      "staleness.button-holds-at-the-threshold", "staleness.live-sessions-at-the-threshold",
      sql: """
        create or replace function muster.is_fresh(seen timestamptz, stale_after interval) returns boolean
        language sql stable parallel safe return seen >= now() - stale_after
        """),
    Weakness(
      "a sweep takes too much", seenBy: "staleness.active-users-sweep-is-exact",
      sql: "update muster.liveness set stale_after = '59 s' where relation = 'public.active_users'::regclass"),
    Weakness(
      "a sweep takes nothing", seenBy: "active-users.clean-up", "jobs.sweep-active-users",
      sql: "update muster.liveness set live_when = 'false' where relation = 'public.active_users'::regclass"),
    Weakness(
      "teachers are counted", seenBy: "rooms.teacher-is-not-counted",
      sql: """
        create or replace function public.derive_room_participant() returns trigger language plpgsql set search_path = ''
        as $$ begin
          new.is_in_competition := new.current_competition_id is not null;
          new.counted := true;
          return new;
        end $$
        """),
    // Triggers and jobs.
    Weakness(
      "messages do not tell their conversation", seenBy: "chat.message-updates-the-conversation",
      sql: "alter table public.messages disable trigger count_sent"),
    Weakness(
      "votes are not counted", seenBy: "polls.votes-update-the-cache", "polls.validating-to-vote-cast",
      sql: "alter table public.user_votes disable trigger user"),
    Weakness(
      "visitors say who they are", seenBy: "traffic.identity-comes-from-the-server",
      "access.public.heartbeats",
      sql: "drop trigger identify_heartbeat on public.heartbeats"),
    Weakness(
      "presences leave no history", seenBy: "rooms.history",
      sql: "drop trigger record_changes on public.room_participants"),
    Weakness(
      "a poll goes back", seenBy: "polls.only-forward",
      sql: "drop trigger guard_poll on public.polls"),
    Weakness(
      "a job is gone", seenBy: "jobs.aggregate-heartbeats",
      sql: "select muster.unschedule('aggregate-heartbeats')"),
    Weakness(
      "a job at the wrong time", seenBy: "jobs.sweep-active-users",
      sql:
        "select muster.schedule('sweep-active-users', '0 * * * *', $$select muster.sweep('public.active_users')$$)"
    ),
    // Delivery.
    Weakness(
      "session ids are published", seenBy: "active-users.change-is-delivered",
      sql: "alter publication muster set table public.active_users, muster.live_count"),
    Weakness(
      "beats are published", seenBy: "catalog.beats-are-not-published",
      sql: """
        alter table public.button_hold_beats set logged;
        alter publication muster add table public.button_hold_beats
        """),
  ]

  @Test(arguments: weaknesses)
  func isSeen(_ weakness: Weakness) async throws {
    let verdict = try await verify(weakness.seenBy, spoiltBy: weakness.sql)
    let failed = verdict.results.filter { !$0.findings.isEmpty }.map(\.check.name)
    #expect(Set(failed) == Set(weakness.seenBy))
    #expect(verdict.exitCode == 1)
    #expect(verdict.results.flatMap(\.findings).allSatisfy { !$0.script.isEmpty })
  }

  /// Without a weakness the same checks pass, so that what they see above is the weakness.
  @Test func nothingIsSeenWhereNothingIsWrong() async throws {
    let verdict = try await verify(Set(Self.weaknesses.flatMap(\.seenBy)).sorted(), spoiltBy: "")
    for result in verdict.results { #expect(result.findings == [], "\(result.check.name)") }
    #expect(verdict.exitCode == 0)
  }

  private func verify(_ names: [String], spoiltBy sql: String) async throws -> Verdict {
    let suite = Suite.complete(expectations: try Sources.expectations()).only(names)
    #expect(suite.checks.count == names.count)
    return try await Runner(context: Installed.context(spoiltBy: sql)).run(suite)
  }
}

/// The files of the checkout that the tests read.
enum Sources {
  static func expectations() throws -> Expectations {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../expectations/access.yaml").standardized
    return try Expectations(yaml: String(contentsOf: file, encoding: .utf8), file: "expectations/access.yaml")
  }
}
