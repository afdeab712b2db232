import Foundation
import Migrations
import TestSupport
import Testing

@Suite struct NewFileTests {
  @Test(
    arguments: [
      (.flyway, ["V1__a.sql": "select 1", "R__b.sql": "select 1"], "V2__c_d.sql"),
      (.dbmate, ["20200101000000_a.sql": "-- migrate:up\n"], "20260102030405_c_d.sql"),
      (.goose, ["00001_a.sql": "-- +goose Up\n"], "00002_c_d.sql"),
      (.golangMigrate, ["000009_a.up.sql": "select 1"], "000010_c_d.up.sql"),
      (.diesel, ["20200101000000_a/up.sql": "select 1"], "20260102030405_c_d/up.sql"),
      (.muster, [:], "0001_c_d.sql"),
    ] as [(Tool, [String: String], String)])
  func `the next file has the name that its tool would give it`(
    tool: Tool, files: [String: String], name: String
  ) throws {
    let folder = try Folder(files)
    let now = try Date("2026-01-02T03:04:05Z", strategy: .iso8601)
    let path = try #require(NewMigration(named: "c d").write(to: folder.path, as: tool, now: now).first)
    #expect(path == "\(folder.path)/\(name)")
    #expect(try MigrationFolder(reading: folder.path, as: tool).files.contains { $0.path == path })
  }

  @Test func `only Sqitch writes its plan`() throws {
    let folder = try Folder(["sqitch.plan": "a 2020 A <a> # a", "deploy/a.sql": "select 1"])
    let error = try #require(throws: FileError.self) { try NewMigration(named: "x").write(to: folder.path) }
    #expect(error.message.contains("sqitch add"))
  }
}
