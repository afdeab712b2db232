import Foundation
import Subprocess
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster adopt")
struct AdoptTests {
  private static let files = [
    "db/1_a.sql": "-- migrate:up\ncreate table a (x int);\n-- migrate:down\ndrop table a;\n",
    "db/2_b.sql": "-- migrate:up\ncreate table b (x int);\n",
  ]

  @Test("refuses to run what another tool ran, shows it, takes it over, and goes on")
  func fromEndToEnd() async throws {
    let database = try await Scratch.make()
    try await database.execute(
      """
      create table a (x int); create table schema_migrations (version varchar(128) primary key);
      insert into schema_migrations values ('1')
      """)
    let home = try Folder(Self.files)
    func run(_ arguments: String...) async throws -> ToolResult {
      try await muster(
        with: arguments + ["--dir", "db"], environment: ["DATABASE_URL": database.settings.conninfo],
        folder: home.path)
    }
    let refused = try await run("migrate")
    #expect(refused.status == 4)
    #expect(refused.errors.contains("a history of dbmate's in public.schema_migrations, with 1 of the files"))
    #expect(refused.errors.contains("\"muster adopt\""))

    let shown = try await run("adopt")
    #expect(shown.status == 0)
    #expect(shown.output.contains("dbmate in public.schema_migrations, 1 record; db is read as dbmate's"))
    #expect(shown.output.hasSuffix("1 to take over, 1 pending\n"))
    #expect(shown.errors == "muster: nothing was changed; --yes takes it over\n")
    #expect(try await run("adopt", "--json").output.contains("\"taken\":false"))

    let taken = try await run("adopt", "--yes")
    #expect(taken.status == 0)
    #expect(taken.output.hasSuffix("took over 1 migration; nothing was run\n"))
    let migrated = try await run("migrate")
    #expect(migrated.status == 0)
    #expect(migrated.output.hasPrefix("applied 2_b.sql (1 statement"))
    #expect(try await run("status").output.hasSuffix("2 applied, 0 pending\n"))
    #expect(try await database.value("select array_agg(version)::text from schema_migrations") == "{1}")
  }

  @Test("says what it looked for where there is nothing to take over")
  func nothing() async throws {
    let database = try await Scratch.make()
    let home = try Folder(Self.files)
    let result = try await muster(
      with: ["adopt", "--dir", "db"], environment: ["DATABASE_URL": database.settings.conninfo],
      folder: home.path)
    #expect(result.status == 2)
    #expect(
      result.errors.contains(
        "no other tool's history is in this database; looked for those of Flyway, dbmate"))
  }
}
