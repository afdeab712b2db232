import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster dump")
struct DumpCommandTests {
  private static let schema = """
    create schema app;
    create schema other;
    create table app.orders (id int primary key, customer int);
    create index on app.orders (customer);
    comment on table app.orders is 'what people bought';
    grant select on app.orders to public;
    create table other.things (id int);
    """

  private static func database() async throws -> (ConnectionSettings, Folder, [String: String]) {
    let database = try await TemporaryCluster.shared().createDatabase()
    let folder = try Folder(["migrations/1_schema.sql": schema])
    let environment = ["DATABASE_URL": database.conninfo]
    let result = try await muster("migrate", environment: environment, folder: folder.path)
    try #require(result.status == 0, "\(result.errors)")
    return (database, folder, environment)
  }

  @Test("prints what belongs together in one block, and nothing else")
  func text() async throws {
    let (_, folder, environment) = try await Self.database()
    let dump = try await muster(
      "dump", "--schema", "app", "--no-owner", environment: environment, folder: folder.path)
    #expect(dump.errors == "")
    #expect(
      dump.output == """
        create schema app;

        create table app.orders (
          id integer not null,
          customer integer
        );
        comment on table app.orders is 'what people bought';
        grant select on table app.orders to public;

        alter table app.orders add constraint orders_pkey PRIMARY KEY (id);

        CREATE INDEX orders_customer_idx ON app.orders USING btree (customer);

        """)
    let bare = try await muster(
      "dump", "--no-owner", "--no-privileges", environment: environment, folder: folder.path)
    #expect(!bare.output.contains("owner to") && !bare.output.contains("grant"))
    #expect(bare.output.contains("create table other.things"))
  }

  @Test("with the history makes a database that counts as migrated")
  func history() async throws {
    let (_, folder, environment) = try await Self.database()
    let dump = try await muster(
      "dump", "--history", "-o", "schema.sql", environment: environment, folder: folder.path)
    #expect(dump.status == 0)
    #expect((dump.output + dump.errors).isEmpty)
    let text = try String(contentsOfFile: "\(folder.path)/schema.sql", encoding: .utf8)
    let copy = try await TemporaryCluster.shared().createDatabase()
    try await script(text, in: copy)
    let again = try await muster(
      "migrate", environment: ["DATABASE_URL": copy.conninfo], folder: folder.path)
    #expect(again.output.contains("is up to date: version 1, 1 migration applied"))
    let second = try await muster(
      "dump", "--history", environment: ["DATABASE_URL": copy.conninfo], folder: folder.path)
    #expect(second.output == text)
  }

  @Test("refuses a schema that is not there, and a file that cannot be written")
  func refusals() async throws {
    let (_, folder, environment) = try await Self.database()
    let missing = try await muster("dump", "--schema", "ap", environment: environment, folder: folder.path)
    #expect(missing.status == 2)
    #expect(missing.errors == "muster: there is no schema \"ap\" in the database\n")
    let unwritable = try await muster(
      "dump", "-o", "/nowhere/schema.sql", environment: environment, folder: folder.path)
    #expect(unwritable.status == 2)
    #expect(unwritable.errors.hasPrefix("muster: cannot write /nowhere/schema.sql: "))
  }
}
