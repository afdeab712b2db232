import Foundation
import PostgresClient
import Subprocess
import SystemPackage
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

  @Test(
    "functions that need what needs them are made again, by psql and by Muster",
    arguments: [
      """
      create table public.t (a int, b int);
      create function public.g() returns bigint language sql stable begin atomic select count(*) from public.t; end;
      alter table public.t alter a set default public.g();
      create view public.v as select public.g() as g, a from public.t;
      create function public.h() returns setof public.v language sql begin atomic select * from public.v; end;
      """,
      """
      create function public.k(n int default 2, out r int) language sql return n;
      create view public.w as select public.k() as k;
      create or replace function public.k(n int default 2, out r int) language sql
        begin atomic select count(*)::int + n from public.w; end;
      comment on function public.k is 'counts itself';
      """,
      """
      create function public.a(n int) returns int language sql immutable return n;
      create function public.b(n int) returns int language sql immutable return public.a(n);
      create or replace function public.a(n int) returns int language sql immutable
        return case when n > 0 then public.b(n - 1) else 0 end;
      create table public.u (x int, y int generated always as (public.a(x)) stored, check (public.b(x) < 9));
      """,
    ])
  func circles(sql: String) async throws {
    let cluster = try await TemporaryCluster.shared()
    let database = try await cluster.createDatabase()
    try await script(sql, in: database)
    let dump = try await muster("dump", environment: ["DATABASE_URL": database.conninfo])
    #expect(dump.status == 0)

    let folder = try Folder(["1_schema.sql": dump.output])
    let migrated = try await cluster.createDatabase()
    let result = try await muster(
      "migrate", "--dir", folder.path, environment: ["DATABASE_URL": migrated.conninfo])
    #expect(result.status == 0, "\(result.errors)\n\(dump.output)")
    let same = try await muster("dump", environment: ["DATABASE_URL": migrated.conninfo])
    #expect(same.output == dump.output)

    let psql = "/usr/bin/psql"
    guard FileManager.default.isExecutableFile(atPath: psql) else { return }
    let copy = try await cluster.createDatabase()
    let run = try await Subprocess.run(
      .path(FilePath(psql)),
      arguments: ["-q", "-v", "ON_ERROR_STOP=1", "-d", copy.conninfo, "-f", "\(folder.path)/1_schema.sql"],
      environment: .custom(plain([:])), output: .discarded, error: .string(limit: 1 << 16))
    #expect(run.terminationStatus == .exited(0), "\(run.standardError)")
    let again = try await muster("dump", environment: ["DATABASE_URL": copy.conninfo])
    #expect(again.output == dump.output)
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
