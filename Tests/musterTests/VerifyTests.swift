import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster verify")
struct VerifyTests {
  @Test("lists its promises as text and as a table, without a database")
  func list() async throws {
    let text = try await muster("verify", "--list", "--only", "rooms")
    #expect(text.status == 0)
    #expect(text.output.contains("001  rooms.teacher-is-not-counted"))
    #expect(!text.output.contains("chat."))
    let table = try await muster("verify", "--list", "--format", "markdown", "--only", "chat")
    #expect(table.output.hasPrefix("| seed | promise | check |\n"))
  }

  @Test("calls a run in which nothing was tested 3")
  func nothing() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let result = try await muster("verify", "--only", "rooms", "--database-url", database.conninfo)
    #expect(result.status == 3)
    #expect(result.output.contains("not in this database: public.room_participants"))
    #expect(result.output.contains("nothing was tested"))
    let none = try await muster("verify", "--only", "no-such-check", "--database-url", database.conninfo)
    #expect(none.status == 3)
  }

  @Test("holds somebody's own schema to his own table, and leaves it as it was")
  func ownSchema() async throws {
    let settings = try await TemporaryCluster.shared().createDatabase()
    let connection = try await PostgresConnection.connect(settings)
    try await connection.run { _ = try $0.execute(Self.schema) }
    let file = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID().uuidString).yaml")
    try Self.table.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let arguments = [
      "verify", "--only", "access", "catalog", "--expectations", file.path, "--database-url",
      settings.conninfo,
    ]
    let good = try await muster(with: arguments)
    #expect(good.status == 0, "\(good.output)\(good.errors)")
    try await connection.run {
      _ = try $0.execute("create policy weak on app.notes for delete to authenticated using (true)")
    }
    let weak = try await muster(with: arguments + ["--format", "tap"])
    #expect(weak.status == 1)
    #expect(weak.output.contains("not ok 2 - access.app.notes"))
    #expect(weak.output.contains("delete on “others'”: reached 1 of 1 rows without WHERE"))
    let left = try await connection.run { try $0.query("select count(*) from app.notes")[0][0] }
    #expect(left == "0")
    await connection.close()
  }

  @Test("says where a table of access is wrong")
  func badTable() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID().uuidString).yaml")
    try "schemas: [app]\npersonas:\n  anon: { colour: red }\n".write(
      to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let result = try await muster("verify", "--expectations", file.path)
    #expect(result.status == 2)
    #expect(result.errors.contains("\(file.path):3:11: “colour” is not known here"))
    let missing = try await muster("verify", "--expectations", "/no/such/file.yaml")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("--expectations"))
  }

  @Test(
    "refuses what cannot be meant",
    arguments: [["--format", "markdown"], ["--list", "--format", "tap"], ["--clients", "0"]])
  func badUsage(arguments: [String]) async throws {
    let result = try await muster(with: ["verify"] + arguments)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
  }

  private static let schema = """
    do $$ begin create role anon; exception when duplicate_object or unique_violation then null; end $$;
    do $$ begin create role authenticated; exception when duplicate_object or unique_violation then null; end $$;
    create schema app;
    grant usage on schema app to anon, authenticated;
    create table app.notes (id bigint generated always as identity primary key, owner uuid not null, title text);
    alter table app.notes enable row level security;
    grant select, insert, update, delete on app.notes to authenticated;
    create policy own on app.notes to authenticated
      using (owner::text = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'));
    """

  private static let table = """
    schemas: [app]
    personas:
      anon:  { role: anon }
      alice: { role: authenticated, id: a11ce000-0000-4000-8000-000000000001 }
      bob:   { role: authenticated, id: b0b00000-0000-4000-8000-000000000002 }
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
        insert:
          own:     (owner, title) values (:me, 'New')
          others': (owner, title) values ('57247e20-0000-4000-8000-000000000007', 'Forged')
      app.notes_id_seq: nobody
    """
}
