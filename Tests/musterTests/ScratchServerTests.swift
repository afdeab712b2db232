import Foundation
import PostgresClient
import Subprocess
import TemporaryCluster
import TestSupport
import Testing

/// The server that `--scratch-url` names is the target's own: what belongs to all of it has to be as before.
@Suite("a scratch database on the target's server", .serialized)
struct ScratchServerTests {
  /// A server that nobody else changes.
  private static let server = Task {
    let cluster = try await TemporaryCluster.start()
    try await script("create role old_one; create role old_other", in: cluster.settings)
    return cluster
  }

  private struct Place {
    let database: ConnectionSettings
    let folder: Folder

    init(_ files: [String: String]) async throws {
      database = try await server.value.createDatabase()
      folder = try Folder(files)
    }

    var environment: [String: String] { ["DATABASE_URL": database.conninfo] }

    func muster(_ arguments: String...) async throws -> ToolResult {
      try await TestSupport.muster(with: arguments + ["--dir", folder.path], environment: environment)
    }

    func plan() async throws -> ToolResult {
      try await muster("migrate", "--plan", "--scratch-url", database.conninfo)
    }

    /// All that the databases of the server share.
    func shared() async throws -> String? {
      try await value(
        """
        select string_agg(line, e'\\n' order by line) from (
          select 'role ' || r::text as line from pg_authid r
          union all select 'member ' || m::text from pg_auth_members m
          union all select 'setting ' || s::text from pg_db_role_setting s
          union all select 'database ' || datname || ' ' || datdba || coalesce(datacl::text, '') from pg_database
          union all select 'tablespace ' || t::text from pg_tablespace t
          union all select 'comment ' || d::text from pg_shdescription d
          union all select 'parameter ' || a::text from pg_parameter_acl a
          union all select 'subscription ' || subname from pg_subscription
        ) lines
        """, in: database)
    }
  }

  private static let roles = """
    create role new_one;
    do $$ begin create role new_other in role new_one; end $$;
    create schema shop authorization new_one;
    grant old_one to new_one;
    alter role new_one set search_path = shop;
    grant old_one to old_other;
    alter role old_one set search_path = shop;
    alter role old_one password 'open sesame';
    comment on role old_one is 'changed';
    do $$ begin execute format('alter database %I set work_mem = ''5MB''', 'postgres'); end $$;
    create table shop.orders (id int);
    """

  @Test(
    "a plan leaves roles and what hangs on them as they were", arguments: ["", "-- muster: no-transaction\n"])
  func plan(directive: String) async throws {
    let place = try await Place(["1_a.sql": "create table a (x int);"])
    #expect(try await place.muster("migrate").status == 0)
    try place.folder.write("2_roles.sql", directive + Self.roles)
    let before = try await place.shared()
    let result = try await place.plan()
    #expect(try await place.shared() == before)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    let left = result.output.split(separator: "\n").filter { $0.contains("not run: ") }
    #expect(left.count == 5, "\(result.output)")
    #expect(left.allSatisfy { $0.contains("old_o") || $0.contains("database postgres") }, "\(left)")
  }

  @Test("drift leaves them too, and finds no difference in what the files made with them")
  func drift() async throws {
    let place = try await Place([
      "1_roles.sql": """
      create role drift_new;
      grant drift_new to old_one;
      create table a (x int);
      grant select on a to drift_new;
      """,
      "objects/f.sql": """
      create function public.f() returns int language sql as 'select 1';
      grant execute on function public.f() to drift_new;
      """,
    ])
    let migrated = try await place.muster("migrate")
    #expect(migrated.status == 0, "\(migrated.errors)")
    let before = try await place.shared()
    let result = try await place.muster("drift", "--scratch-url", place.database.conninfo)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try await place.shared() == before)
  }

  @Test("what a killed run left is taken away by the next, and said")
  func killed() async throws {
    let place = try await Place(["1_a.sql": "create table a (x int);"])
    #expect(try await place.muster("migrate").status == 0)
    let before = try await place.shared()
    try place.folder.write(
      "2_role.sql",
      """
      create role killed_role;
      create table owned (x int);
      alter table owned owner to killed_role;
      """)
    try place.folder.write("3_wait.sql", "select pg_sleep(600);")
    let outcome = try await run(
      .path(musterPath),
      arguments: [
        "migrate", "--plan", "--dir", place.folder.path, "--scratch-url", place.database.conninfo,
      ],
      environment: .custom(plain(place.environment)), input: .none, output: .sequence, error: .discarded
    ) { execution in
      try await eventually {
        try await value(
          "select exists (select from pg_roles where rolname = 'killed_role')", in: place.database) == "t"
      }
      try execution.send(signal: .kill)
    }
    #expect(outcome.terminationStatus == .signaled(9))
    #expect(try await place.shared() != before)
    try await eventually {
      try await value(
        """
        select not exists (
          select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())
        """, in: place.database) == "t"
    }
    try place.folder.remove("3_wait.sql")
    let again = try await place.plan()
    #expect(again.status == 0, "\(again.errors)")
    #expect(
      again.errors.contains("muster: taking away what a run that was killed left on the scratch server: "),
      "\(again.errors)")
    #expect(try await place.shared() == before)
  }
}
