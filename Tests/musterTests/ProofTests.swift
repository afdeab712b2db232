import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

/// `muster migrate --verify`: what opens a hole is not deployed.
@Suite("muster migrate --verify")
struct ProofTests {
  /// Files, and the table that they are held to, beside a database that has the first two of them.
  private struct Place {
    let home: Folder
    let database: ConnectionSettings

    static func make(_ files: [String: String] = [:]) async throws -> Place {
      let home = try Folder(["access.yaml": ProofTests.table])
      for (name, text) in ProofTests.base { try home.write("migrations/\(name)", text) }
      let place = Place(home: home, database: try await TemporaryCluster.shared().createDatabase())
      let first = try await place.migrate()
      #expect(first.status == 0, "\(first.errors)")
      for (name, text) in files { try home.write("migrations/\(name)", text) }
      return place
    }

    func migrate(_ arguments: String...) async throws -> ToolResult {
      try await muster(
        with: ["migrate"] + arguments, environment: ["DATABASE_URL": database.conninfo], folder: home.path)
    }

    func verified(_ arguments: String...) async throws -> ToolResult {
      try await muster(
        with: ["migrate", "--verify", "--expectations", "access.yaml"] + arguments,
        environment: ["DATABASE_URL": database.conninfo], folder: home.path)
    }
  }

  @Test("commits what keeps to the table, several files at once, and says how much was proved")
  func good() async throws {
    let place = try await Place.make([
      "3_body.sql": "alter table app.notes add body text;",
      "4_index.sql": "-- muster: no-transaction\ncreate index concurrently notes_body on app.notes (body);",
      "5_a.sql": "set row_security = off; set search_path = pg_catalog; set role anon; reset role;",
      "6_b.sql":
        "insert into app.notes (owner, title) values ('57247e20-0000-4000-8000-000000000007', 'Old');",
    ])
    let result = try await place.verified()
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.replacing(/[0-9.]+ m?s\b/, with: "N ms").split(separator: "\n")
    #expect(
      lines.prefix(7) == [
        "proved 24 cells of access.yaml in N ms", "applied 3_body.sql (1 statement, N ms)",
        "proved 24 cells of access.yaml in N ms", "applied 4_index.sql (1 statement, N ms)",
        "proved 24 cells of access.yaml in N ms", "applied 5_a.sql (4 statements, N ms)",
        "applied 6_b.sql (1 statement, N ms)",
      ])
    #expect(try await value("select string_agg(title, ',') from app.notes", in: place.database) == "Old")
    let left = "select count(*) from pg_largeobject_metadata"
    #expect(try await value(left, in: place.database) == "0")
  }

  static let holes: [(name: String, sql: String, cell: String)] = [
    (
      "a policy that is always true",
      "create policy weak on app.notes for delete to authenticated using (true);",
      "app.notes: alice: delete on “others'”: reached 1 of 1 rows without WHERE"
    ),
    (
      "a policy that is gone", "drop policy own on app.notes;",
      "app.notes: alice: select on “own”: sees 0 of 1 rows"
    ),
    (
      "a grant to anon", "grant select on app.notes to anon;",
      #"app.notes: anon: select: is granted on ["id", "owner", "title"], undeclared"#
    ),
    (
      "row level security that is off", "alter table app.notes disable row level security;",
      "app.notes: bob: select on “others'”: sees 1 rows"
    ),
    (
      "a table that the table of access does not know",
      "create table app.secrets (x text); grant select on app.secrets to anon;",
      "app.secrets is not declared in access.yaml"
    ),
    (
      "a function that answers with its owner's rights",
      "create function app.all_notes() returns setof app.notes language sql security definer as 'table app.notes';",
      "app.all_notes() is not declared in access.yaml"
    ),
    (
      "a declared function that is everybody's",
      "create function app.count_notes() returns bigint language sql security definer as 'select count(*) from app.notes';",
      "app.count_notes(): anon may execute it, undeclared"
    ),
    (
      "a helper of a policy that lets everybody in",
      "create or replace function app.is_mine(owner uuid) returns boolean language sql security definer as 'select true';",
      "app.notes: alice: update on “others'”: reached 1 of 1 rows without WHERE"
    ),
    (
      "a view with its owner's rights", "alter view app.titles reset (security_invoker);",
      "app.titles: alice: select on “others'”: sees 1 rows"
    ),
  ]

  @Test("rolls back what opens a hole, names the cell, and exits with 1", arguments: holes)
  func hole(name: String, sql: String, cell: String) async throws {
    let place = try await Place.make(["3_before.sql": "create table app_log (x int);", "4_hole.sql": sql])
    let before = try await fingerprint(place)
    let result = try await place.verified()
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("  \(cell)\n"), "\(result.errors)")
    #expect(
      result.errors.hasSuffix(
        """
        3_before.sql, 4_hole.sql: The 2 files of this transaction were rolled back: nothing of them remains. Mend it and run again.

        """), "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(try await fingerprint(place) == before)
    // Without the proof it lands: it was the proof that kept it out.
    #expect(try await place.migrate().status == 0)
  }

  private func fingerprint(_ place: Place) async throws -> [String?] {
    var seen: [String?] = []
    for sql in [
      "select string_agg(version, ',' order by version) from muster.migration",
      "select to_regclass('public.app_log')::text",
      "select string_agg(format('%s %s %s', relname, relrowsecurity, relacl), ',' order by relname) from pg_class where relnamespace = 'app'::regnamespace",
      "select string_agg(format('%s %s', polname, polcmd), ',' order by polname) from pg_policy",
      "select string_agg(format('%s %s %s', proname, prosrc, proacl), ',' order by proname) from pg_proc where pronamespace = 'app'::regnamespace",
    ] { seen.append(try await value(sql, in: place.database)) }
    return seen
  }

  @Test("tells a machine the findings, where they are declared, and what was tried")
  func json() async throws {
    let place = try await Place.make(["3_hole.sql": Self.holes[0].sql])
    let result = try await place.verified("--json")
    #expect(result.status == 1)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let error = try #require(object["error"] as? [String: Any])
    #expect(error["kind"] as? String == "refused" && error["exitCode"] as? Int == 1)
    let proof = try #require((object["proofs"] as? [[String: Any]])?.first)
    #expect(proof["cells"] as? Int == 24)
    let found = try #require((proof["findings"] as? [[String: Any]])?.first)
    #expect(found["check"] as? String == "access.app.notes")
    #expect((found["detail"] as? String)?.contains(/declared at access.yaml:19:27/) == true, "\(found)")
  }

  @Test("tells apart what the files open and what was open before")
  func older() async throws {
    let place = try await Place.make(["3_hole.sql": Self.holes[0].sql])
    try await script("grant truncate on app.notes to anon", in: place.database)
    let result = try await place.verified("--json")
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix(
        "muster: not from these files, for it is so without them: app.notes: anon: truncate: is granted, undeclared\n"
      ), "\(result.errors)")
    #expect(result.output.contains("\"wasThere\":true") && result.output.contains("\"wasThere\":false"))
  }

  @Test("leaves rows alone that others use: only those of the scene are touched, by whoever may write all")
  func sparing() async throws {
    let place = try await Place.make(["3_c.sql": "comment on table app.notes is 'Notes';"])
    try await script(
      "insert into app.notes (owner, title) select gen_random_uuid(), g::text from generate_series(1, 100) g",
      in: place.database)
    let other = try await PostgresConnection.connect(place.database)
    // Somebody is at work on rows that are there: who would write them would have to wait.
    try await other.run { _ = try $0.execute("begin; select from app.notes for update") }
    let result = try await place.verified("--retry-for", "0s")
    #expect(result.status == 0, "\(result.errors)")
    await other.close()
  }

  @Test("tries again when a lock is not to be had, and leaves nothing when it gives up")
  func locked() async throws {
    let place = try await Place.make(["3_c.sql": "create table app_log (x int);"])
    let other = try await PostgresConnection.connect(place.database)
    try await other.run { _ = try $0.execute("begin; lock table app.notes in share row exclusive mode") }
    let result = try await place.verified("--retry-for", "0s")
    #expect(result.status == 5)
    #expect(
      result.errors.contains("while looking at what was done, before committing it"), "\(result.errors)")
    #expect(try await value("select to_regclass('public.app_log')::text", in: place.database) == nil)
    await other.close()
    let again = try await place.verified()
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test("says of a no-transaction file that what it did stands, and does not record it")
  func stepwise() async throws {
    let place = try await Place.make([
      "3_hole.sql": "-- muster: no-transaction\ngrant select on app.notes to anon;"
    ])
    let result = try await place.verified()
    #expect(result.status == 1)
    #expect(result.errors.contains("The file is not in a transaction: what was done stands"))
    #expect(try await value("select count(*) from muster.migration", in: place.database) == "2")
    try await script("revoke select on app.notes from anon", in: place.database)
    #expect(try await place.verified().status == 0)
  }

  @Test("proves each database of a fleet for itself, and no schema of a tenant")
  func fleet() async throws {
    let place = try await Place.make(["3_c.sql": "create table app_log (x int);"])
    let name = try #require(place.database.parameters["dbname"])
    let other = try await TemporaryCluster.shared().createDatabase(template: name)
    try await script("grant select on app.notes to anon", in: other)
    try place.home.write("targets.txt", "\(place.database.conninfo)\n\(other.conninfo)")
    let result = try await place.verified("--targets", "targets.txt")
    #expect(result.status == 1)
    #expect(result.output.hasSuffix("2 targets: 1 migrated, 1 failed\n"), "\(result.output)\(result.errors)")
    #expect(result.errors.contains("app.notes: anon: select: is granted on"))
    #expect(try await value("select to_regclass('public.app_log')::text", in: other) == nil)
    try place.home.write("targets.txt", "schema=app")
    let tenants = try await place.verified("--targets", "targets.txt")
    #expect(tenants.status == 2 && tenants.errors.contains("--verify proves databases"))
  }

  @Test("refuses a table that cannot be read before anything is done")
  func badTable() async throws {
    let place = try await Place.make(["3_a.sql": "create table app_log ();"])
    try place.home.write("access.yaml", "schemas: [app]\npersonas:\n  anon: { colour: red }\n")
    let result = try await place.verified()
    #expect(result.status == 2)
    #expect(result.errors.contains("access.yaml:3:11: “colour” is not known here"))
    #expect(try await value("select to_regclass('public.app_log')::text", in: place.database) == nil)
    #expect(try await place.migrate("--expectations", "access.yaml").status == 2)
  }

  private static let base = [
    "1_roles.sql": """
    do $$ begin create role anon; exception when duplicate_object or unique_violation then null; end $$;
    do $$ begin create role authenticated; exception when duplicate_object or unique_violation then null; end $$;
    do $$ begin create role service_role bypassrls; exception when duplicate_object or unique_violation then null; end $$;
    """,
    "2_notes.sql": """
    create schema app;
    revoke usage on schema public from public;
    grant usage on schema app to anon, authenticated, service_role;
    alter default privileges in schema app revoke execute on functions from public;
    create function app.is_mine(owner uuid) returns boolean language sql stable
      as $$ select owner::text = nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub' $$;
    revoke execute on function app.is_mine from public;
    grant execute on function app.is_mine to authenticated;
    create table app.notes (id bigint generated always as identity primary key, owner uuid not null, title text);
    alter table app.notes enable row level security;
    grant select, insert, update, delete on app.notes to authenticated, service_role;
    create policy own on app.notes to authenticated using (app.is_mine(owner));
    create policy service on app.notes to service_role using (true);
    create view app.titles with (security_invoker) as select owner, title from app.notes;
    grant select on app.titles to authenticated;
    """,
  ]

  private static let table = """
    schemas: [app]
    personas:
      anon:  { role: anon }
      alice: { role: authenticated, id: a11ce000-0000-4000-8000-000000000001 }
      bob:   { role: authenticated, id: b0b00000-0000-4000-8000-000000000002 }
      service: { role: service_role }
    groups:
      signed in: alice, bob
    scene: |
      insert into app.notes (owner, title) values (:alice, 'Hers'), (:bob, 'His');
    relations:
      app.notes:
        rows:
          own:     owner = :me
          others': true
        access: |
          |           | own | others' |
          | anon      | -   | -       |
          | signed in | all | -       |
          | service   | all | all     |
        insert:
          own:     (owner, title) values (:me, 'New')
          others': (owner, title) values ('57247e20-0000-4000-8000-000000000007', 'Forged')
      app.titles:
        rows:
          own:     owner = :me
          others': true
        access: |
          |           | own    | others' |
          | anon      | -      | -       |
          | signed in | select | -       |
          | service   | -      | -       |
      app.notes_id_seq: nobody
    functions:
      app.is_mine(uuid): signed in
      app.count_*: nobody
    """
}
