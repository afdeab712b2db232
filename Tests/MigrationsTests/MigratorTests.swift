import Foundation
import Migrations
import PostgresClient
import TestSupport
import Testing

@Suite struct MigratorTests {
  @Test func `installs Muster's own features, with the extension as a plain script`() async throws {
    let scratch = try await Scratch.make()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let migrator = Migrator(scratch.settings, directory: root.appending(path: "migrations").path)
    let report = try await migrator.migrate()
    #expect(report.applied.count >= 5)
    #expect(try await scratch.value("select to_regclass('muster.liveness') is not null") == "t")
    #expect(try await migrator.migrate().applied.isEmpty)
  }

  @Test func `applies what is pending, in order, and then nothing`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "2_b.sql": "insert into a values (1);", "10_c.sql": "insert into a values (2)",
      "0001_a.sql": "create table a (x int);",
      "README.md": "not a migration",
    ])
    let report = try await scratch.migrator(folder).migrate()
    #expect(report.applied.map(\.file.version.digits) == ["1", "2", "10"])
    #expect(try await scratch.value("select array_agg(x order by x) from a") == "{1,2}")
    #expect(try await scratch.migrator(folder).migrate().applied.isEmpty)
    #expect(try await scratch.value("select count(*) from muster.migration") == "3")
    #expect(
      try await scratch.value("select sql from muster.migration where version = '10'")
        == "insert into a values (2)")
  }
}
