import Foundation
import PostgresClient
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

/// Muster's own features, changed by editing the files of their code objects.
@Suite struct FeatureObjectsTests {
  /// A copy of `migrations/`.
  private static func copy() throws -> Folder {
    let folder = try Folder()
    let original = repository.appending("migrations").string
    for name in try FileManager.default.subpathsOfDirectory(atPath: original) where name.hasSuffix(".sql") {
      try folder.write(name, Data(contentsOf: URL(filePath: "\(original)/\(name)")))
    }
    return folder
  }

  private static func edit(_ name: String, in folder: Folder, _ text: String, _ other: String) throws {
    let before = try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    try #require(before.contains(text), "\(name) has no \(text)")
    try folder.write(name, before.replacing(text, with: other))
  }

  private static func migrate(_ database: ConnectionSettings, _ folder: Folder) async throws -> [String] {
    let result = try await muster(
      "migrate", "--dir", folder.path, environment: ["DATABASE_URL": database.conninfo])
    try #require(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  /// The schema, and the jobs.
  private static func dump(_ database: ConnectionSettings) async throws -> String {
    let result = try await muster("dump", environment: ["DATABASE_URL": database.conninfo])
    try #require(result.status == 0, "\(result.errors)")
    let jobs =
      "select string_agg(concat_ws(' ', name, schedule, command), '; ' order by name) from muster.job"
    return try await "\(result.output)\n\(value(jobs, in: database) ?? "")"
  }

  /// The rows of the catalog for functions, views, triggers and policies; another version of a row is another line.
  private static func rows(_ database: ConnectionSettings) async throws -> Set<String> {
    let list = try await value(
      """
      select string_agg(concat_ws(' ', i.type, i.identity, o.oid, o.version), E'\\n')
      from (
        select tableoid, oid, xmin::text from pg_proc where pronamespace = 'public'::regnamespace
        union all select tableoid, oid, xmin::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
        union all select tableoid, oid, xmin::text from pg_trigger where not tgisinternal
        union all select tableoid, oid, xmin::text from pg_policy
      ) as o (catalog, oid, version)
      cross join lateral pg_identify_object(o.catalog, o.oid, 0) as i
      """, in: database)
    return Set(try #require(list).split(separator: "\n").map(String.init))
  }

  private static func edit(_ folder: Folder) throws {
    try edit(
      "objects/rooms/join_room.sql", in: folder, "declare\n", "declare\n  -- Whose presence it is.\n")
    try edit(
      "objects/polls/hold_states.sql", in: folder, "select poll.id as poll_id, hold.id as hold_id,",
      "select hold.id as hold_id, poll.id as poll_id,")
    try edit(
      "objects/polls/policies.sql", in: folder, "using (status <> 'draft');", "using (status = 'active');")
    try edit(
      "objects/rooms/policies.sql", in: folder, "using (topic = any (array(select public.my_room_topics())))",
      "using (topic in (select public.my_room_topics()))")
    try edit(
      "objects/chat/count_no_messages.sql", in: folder, "requester_unread_count > 0",
      "requester_unread_count <> 0")
    try edit("objects/traffic/jobs.sql", in: folder, "'0 1 * * *'", "'0 2 * * *'")
  }

  @Test func `an edit replaces what it is about, and touches nothing else`() async throws {
    let folder = try Self.copy()
    let database = try await TemporaryCluster.shared().createDatabase()
    let installed = try await Self.migrate(database, folder)
    #expect(installed.contains { $0.hasPrefix("created ") && $0.hasSuffix("(objects/polls)") })
    // Given by the operator, and to be kept.
    try await script(
      """
      grant execute on function public.require_alive(public.hold_states) to pg_monitor;
      grant update (state) on public.hold_states to pg_monitor;
      comment on column public.hold_states.user_id is 'Whoever holds';
      """, in: database)
    let before = try await Self.rows(database)
    let beforeDump = try await Self.dump(database)

    try Self.edit(folder)
    let told = try await Self.migrate(database, folder)
    #expect(
      told.dropLast().sorted() == [
        "recreated function public.lock_own_hold(bigint) (objects/polls/lock_own_hold.sql)",
        "recreated function public.require_alive(public.hold_states) (objects/polls/require_alive.sql)",
        #"recreated policy "participants read the counts of their rooms" on muster.live_count (objects/rooms/policies.sql)"#,
        #"recreated policy "visitors read polls that were opened" on public.polls (objects/polls/policies.sql)"#,
        "recreated view public.hold_states (objects/polls/hold_states.sql)",
        "replaced function public.count_no_messages() (objects/chat/count_no_messages.sql)",
        "replaced function public.join_room(bigint) (objects/rooms/join_room.sql)",
        "replaced job muster.aggregate-heartbeats (objects/traffic/jobs.sql)",
      ])
    let gone = before.subtracting(try await Self.rows(database))
    #expect(gone.count == 7, "\(gone)")

    let after = try await Self.dump(database)
    func attributes(_ dump: String) -> Set<Substring> {
      Set(
        dump.split(separator: "\n").filter { line in
          ["grant", "revoke", "comment", "create view", "alter view"].contains { line.hasPrefix($0) }
        })
    }
    #expect(attributes(after).symmetricDifference(attributes(beforeDump)).isEmpty)

    // Nothing is left to do, and nothing is done.
    try await script(
      """
      create function public.refuse() returns event_trigger language plpgsql as $$ begin raise 'DDL'; end $$;
      create event trigger refuse on ddl_command_start execute function public.refuse();
      """, in: database)
    let third = try await Self.migrate(database, folder)
    #expect(third.count == 1 && third[0].contains("is up to date"), "\(third)")
  }

  @Test func `an edited database is what a new one becomes`() async throws {
    let folder = try Self.copy()
    let edited = try await TemporaryCluster.shared().createDatabase()
    _ = try await Self.migrate(edited, folder)
    try Self.edit(folder)
    try Self.edit(
      "objects/rooms/active_room_participants.sql", in: folder, "participant.joined_at, beat.seen",
      "beat.seen")
    try Self.edit(
      "objects/rooms/belongs_to_room.sql", in: folder, "room bigint, caller uuid) returns",
      "room bigint, caller uuid, unused text default '') returns")
    try Self.edit(
      "objects/rooms/belongs_to_room.sql", in: folder, "belongs_to_room(bigint, uuid)",
      "belongs_to_room(bigint, uuid, text)")
    try folder.remove("objects/traffic/record_heartbeats.sql")
    _ = try await Self.migrate(edited, folder)
    let new = try await TemporaryCluster.shared().createDatabase()
    _ = try await Self.migrate(new, folder)
    #expect(try await Self.dump(edited) == Self.dump(new))
  }

  @Test func `until the code objects are there, the tables are closed to clients`() async throws {
    let folder = try Self.copy()
    try folder.remove("objects")
    let database = try await TemporaryCluster.shared().createDatabase()
    _ = try await Self.migrate(database, folder)
    let open = try await value(
      """
      select string_agg(c.oid::regclass::text, ', ') from pg_class c
      where c.relnamespace in ('public'::regnamespace, 'auth'::regnamespace) and c.relkind in ('r', 'p')
        and (not c.relrowsecurity or c.relnamespace = 'public'::regnamespace
          and exists (select from pg_policy p where p.polrelid = c.oid))
      """, in: database)
    #expect(open == nil)
    let callable = try await value(
      """
      select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
      cross join (values ('anon'), ('authenticated')) as client (role)
      where p.pronamespace = 'public'::regnamespace and p.prosecdef and has_function_privilege(client.role, p.oid, 'execute')
      """, in: database)
    #expect(callable == nil)
  }
}
