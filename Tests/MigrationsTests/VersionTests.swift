import Foundation
import Migrations
import TestSupport
import Testing

@Suite struct VersionTests {
  @Test func `leading zeros make no difference, and length makes all`() throws {
    let versions = try ["10", "9", "0009", "20260101000000", "0", "000", "123456789012345678901234567890"].map
    {
      try #require(Version($0))
    }
    #expect(
      versions.sorted().map(\.digits) == [
        "0", "0", "9", "9", "10", "20260101000000", "123456789012345678901234567890",
      ])
    #expect(Version("0009") == Version("9"))
    #expect(Set(versions).count == 5)
  }

  @Test(arguments: ["", "1a", "-1", "１", "1..2", ".1", "1.", "1.x", " 1", "R__x"])
  func `only digits with dots between them are a version`(text: String) {
    #expect(Version(text) == nil)
  }

  @Test func `numbers between dots count one by one, and zeros at the end do not`() throws {
    let versions = try ["1.10", "1.2", "2", "1", "1.2.0.1", "01.02"].map { try #require(Version($0)) }
    #expect(versions.sorted().map(\.digits) == ["1", "1.2", "1.2", "1.2.0.1", "1.10", "2"])
    #expect(Version("1.0") == Version("1") && Version("1.0")?.hashValue == Version("1")?.hashValue)
    #expect(Version("0.0")?.digits == "0")
  }

  @Test func `what is repeatable comes behind every number, by name`() throws {
    let versions = [
      Version(repeatable: "b"), try #require(Version("999999999999")), Version(repeatable: "a"),
    ]
    #expect(versions.sorted().map(\.digits) == ["999999999999", "R__a", "R__b"])
  }

  @Test(arguments: [
    (["0001", "0009"], "0010"), (["1"], "2"), (["99"], "100"), ([], "0001"),
    (["20200101000000"], "20260102030405"),
    (["20990101000000"], "20990101000001"),
  ])
  func `the next number follows the last`(existing: [String], next: String) throws {
    let now = try Date("2026-01-02T03:04:05Z", strategy: .iso8601)
    #expect(NewMigration.version(after: existing.compactMap { Version($0) }, now: now) == next)
  }

  @Test func `a new file is named for its words and does not run as it is`() throws {
    let folder = try Folder()
    let paths = try NewMigration(named: "Add  index: rooms (é)").write(to: folder.path, withDown: true)
    #expect(
      paths == ["sql", "down.sql"].map { "\(folder.path)/0001_add_index_rooms_é.\($0)" })
    let file = try #require(try MigrationFolder(reading: folder.path).files.first)
    let error = try #require(throws: FileError.self) { try file.script() }
    #expect(error.fault == .empty)
    #expect(throws: FileError.self) { try NewMigration(named: "--") }
  }

  @Test func `a file that takes it back is begun where the folder's tool has one`() throws {
    let flyway = try Folder(["V1__a.sql": "select 1;"])
    #expect(
      try NewMigration(named: "b").write(to: flyway.path, withDown: true)
        == ["V2__b.sql", "U2__b.sql"].map { "\(flyway.path)/\($0)" })
    let dbmate = try Folder(["1_a.sql": "-- migrate:up\nselect 1;\n-- migrate:down\n"])
    #expect(try NewMigration(named: "b").write(to: dbmate.path, withDown: true).count == 1)
    let sqlx = try Folder()
    let error = try #require(throws: FileError.self) {
      try NewMigration(named: "b").write(to: sqlx.path, as: .sqlx, withDown: true)
    }
    #expect(error.fault == .noDownFiles(.sqlx))
  }
}

@Suite struct TimeoutTests {
  @Test(
    arguments: [
      ("500ms", 500), ("10s", 10_000), ("10 s", 10_000), ("5min", 300_000), ("5m", 300_000),
      ("1h", 3_600_000), ("0", 0),
    ] as [(String, Int32)])
  func `reads durations`(text: String, milliseconds: Int32) {
    #expect(Timeout(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: ["", "10", "s", "-1s", "1.5s", "10x", "1000h", "99999999999s", "1s 2"])
  func `refuses what is none`(text: String) {
    #expect(Timeout(text) == nil)
  }

  @Test func `is written with its largest whole unit`() {
    let texts = [0, 1, 1500, 60_000, 90_000, 7_200_000].map { Timeout(milliseconds: $0).description }
    #expect(texts == ["none", "1 ms", "1500 ms", "1 min", "90 s", "2 h"])
  }
}
