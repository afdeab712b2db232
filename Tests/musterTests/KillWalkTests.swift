import Catalog
import Foundation
import PostgresClient
import Synchronization
import TemporaryCluster
import TestSupport
import Testing

/// Kills `muster migrate`, or the server process that works for it, at every message that it sends, and runs it again.
@Suite("killed anywhere", .serialized)
struct KillWalkTests {
  /// What is there before the migrations, made anew in a database that was walked through before.
  private static let before = """
    drop schema if exists s, muster cascade;
    create schema s;
    create table s.a (id int primary key, x int, y int, done boolean default false);
    insert into s.a select i, i, i from generate_series(1, 60) i;
    create index old_x on s.a (x);
    create table s.p (k int, v text) partition by range (k);
    create table s.p1 partition of s.p for values from (0) to (10);
    create table s.p2 partition of s.p for values from (10) to (20);
    insert into s.p values (1, 'one'), (11, 'eleven');
    create table s.made (i int primary key);
    create procedure s.commits() language plpgsql as $$
      begin
        for i in 1..3 loop insert into s.made values (i) on conflict do nothing; commit; end loop;
      end $$;
    """

  private static let files = [
    "1_plain.sql": """
    create table s.b (i int, t text);
    copy s.b from stdin;
    1\tone
    2\ttwo
    \\.
    alter table s.a add column z int default 7;
    """,
    "2_steps.sql": """
    -- muster: no-transaction
    set search_path = s;
    create table logged (i int);
    insert into logged values (1);
    create index concurrently a_x on a (x);
    create unique index concurrently if not exists a_y on a (y);
    copy logged from stdin;
    2
    \\.
    reindex (verbose) table concurrently a;
    alter table p detach partition p1 concurrently;
    vacuum a;
    -- muster: batch
    update a set done = true where id in (select id from a where not done limit 40);
    drop index concurrently old_x;
    call commits();
    select set_config('my.note', 'kept', false);
    insert into logged select 3 where current_setting('my.note') = 'kept';
    """,
    "3_after.sql": "insert into s.logged select count(*) from s.a where done;",
  ]

  /// What Catalog leaves out: data, the runner's own tables, what is half done.
  private static let remains = """
    select string_agg(line, e'\\n' order by line) from (
      select format('%s valid %s ready %s', indexrelid::regclass, indisvalid, indisready) as line
      from pg_index where indrelid in (select oid from pg_class where relnamespace = 's'::regnamespace)
      union all
      select format('%s inherits %s %s', inhrelid::regclass, inhparent::regclass, inhdetachpending) from pg_inherits
      union all select 'a ' || a::text from s.a
      union all select 'b ' || b::text from s.b
      union all select 'p ' || p::text from s.p
      union all select 'p1 ' || p1::text from s.p1
      union all select 'made ' || made::text from s.made
      union all select 'logged ' || logged::text from s.logged
      union all select format('migration %s %s', version, checksum) from muster.migration
      union all select 'journal ' || j::text from muster.migration_journal j
    ) lines
    """

  /// Whatever tells two databases apart that should be the same, a line each.
  private static func fingerprint(_ database: ConnectionSettings) async throws -> String {
    let connection = try await PostgresConnection.connect(database)
    return try await connection.run { connection in
      defer { connection.close() }
      let schema = try Catalog.read(connection).fingerprint
      return try "schema \(schema)\n" + (connection.query(remains).first?[0] ?? "")
    }
  }

  private static func migrate(_ database: ConnectionSettings, _ folder: Folder) async throws -> ToolResult {
    try await muster("migrate", environment: ["DATABASE_URL": database.conninfo], folder: folder.path)
  }

  @Test("it comes to the same when it is run again")
  func walk() async throws {
    let cluster = try await TemporaryCluster.shared()
    let folder = try Folder()
    for (name, text) in Self.files { try folder.write("migrations/\(name)", text) }

    let undisturbed = try await cluster.createDatabase()
    try await script(Self.before, in: undisturbed)
    let proxy = try KillingProxy(before: undisturbed)
    let result = try await Self.migrate(proxy.settings, folder)
    #expect(result.status == 0, "\(result.errors)")
    let messages = proxy.messages
    proxy.close()
    #expect(messages > 80)
    let expected = try await Self.fingerprint(undisturbed)

    let deeds = (1...messages).flatMap(Self.deeds)
    let killer = try await PostgresConnection.connect(cluster.settings)
    let queue = Queue(deeds)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...4 {
        group.addTask {
          let database = try await cluster.createDatabase()
          while let deed = queue.next() {
            try await script(Self.before, in: database)
            try await Self.suffer(deed, database, folder, killer, expected)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// The client or the server, ahead of the message or behind it, in turns; all four at each with MUSTER_KILL_WALK=whole.
  private static func deeds(at message: Int) -> [KillingProxy.Deed] {
    let all = KillingProxy.Deed.Victim.allCases.flatMap { victim in
      [false, true].map { KillingProxy.Deed(message: message, victim: victim, passesOn: $0) }
    }
    let isWhole = ProcessInfo.processInfo.environment["MUSTER_KILL_WALK"] == "whole"
    return isWhole ? all : [all[message % all.count]]
  }

  private final class Queue: Sendable {
    private let deeds: Mutex<ArraySlice<KillingProxy.Deed>>

    init(_ deeds: [KillingProxy.Deed]) { self.deeds = Mutex(deeds[...]) }

    func next() -> KillingProxy.Deed? { deeds.withLock { $0.popFirst() } }
  }

  private static func suffer(
    _ deed: KillingProxy.Deed, _ database: ConnectionSettings, _ folder: Folder, _ killer: PostgresConnection,
    _ expected: String
  ) async throws {
    let proxy = try KillingProxy(before: database, deed) { backend in
      let isGone = DispatchSemaphore(value: 0)
      Task {
        _ = try? await killer.run { try $0.query("select pg_terminate_backend(\(backend), 10000)") }
        isGone.signal()
      }
      isGone.wait()
    }
    let killed = try await migrate(proxy.settings, folder)
    proxy.close()
    #expect(deed.victim == .server || killed.status == 137, "\(deed): \(killed)")
    let rerun = try await migrate(database, folder)
    #expect(rerun.status == 0, "\(deed): \(rerun.errors)\nbefore that: \(killed.errors)")
    let found = try await fingerprint(database)
    #expect(found == expected, "\(deed): \(difference(found, expected))\n\(rerun.errors)")
  }

  private static func difference(_ found: String, _ expected: String) -> String {
    let (new, old) = (lines(found), lines(expected))
    return (new.subtracting(old).map { "+ \($0)" } + old.subtracting(new).map { "- \($0)" }).joined(
      separator: "\n")
  }

  private static func lines(_ text: String) -> Set<Substring> { Set(text.split(separator: "\n")) }
}
