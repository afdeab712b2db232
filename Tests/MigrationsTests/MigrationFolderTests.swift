import Foundation
import Migrations
import TestSupport
import Testing

@Suite struct MigrationFolderTests {
  private static func fault(_ files: [String: String]) throws -> FileError {
    let folder = try Folder(files)
    return try #require(throws: FileError.self) { try MigrationFolder(reading: folder.path) }
  }

  @Test func `finds migrations and their way back, and passes over everything else`() throws {
    let folder = try Folder([
      "0002_b.sql": "select 2", "1_a_b.sql": "select 1", "0002_b.down.sql": "select -2", "seed.sql": "x",
      "README.md": "x",
      "3_c.txt": "x", "4_d.sql~": "x",
    ])
    let files = try MigrationFolder(reading: folder.path).files
    #expect(files.map(\.fileName) == ["1_a_b.sql", "0002_b.sql"])
    #expect(files.map(\.name) == ["a_b", "b"])
    #expect(files.map { $0.downPath == nil } == [true, false])
  }

  @Test func `a folder that is not there, or is none, or is empty`() throws {
    let folder = try Folder(["a.txt": "x"])
    for (path, fault) in [
      ("\(folder.path)/nowhere", FileError.Fault.folderMissing), ("\(folder.path)/a.txt", .notAFolder),
      (folder.path, .noMigrations),
    ] {
      let error = try #require(throws: FileError.self) { try MigrationFolder(reading: path) }
      #expect(error.fault == fault)
      #expect(error.description.hasPrefix("\(path): "))
    }
  }

  @Test func `two files of one version`() throws {
    let error = try Self.fault(["1_a.sql": "select 1", "001_b.sql": "select 1"])
    #expect(error.message == "version 1 is also 001_b.sql; give one of the two another number")
    #expect(error.path.hasSuffix("/1_a.sql"))
    #expect(
      try Self.fault(["1_a.down.sql": "", "01_a.down.sql": "", "1_a.sql": ""]).message.contains(
        "version 1 is also"))
  }

  @Test(arguments: ["0001.sql", "0001-a.sql", "0001_.sql", "1a_b.sql", "2_b.SQL"])
  func `a name that only begins like a migration's`(name: String) throws {
    #expect(try Self.fault([name: "select 1"]).fault == .badName)
  }

  @Test func `a way back from nowhere`() throws {
    #expect(try Self.fault(["1_a.sql": "select 1", "2_b.down.sql": "select 1"]).fault == .downWithoutUp)
  }

  @Test func `migrations that are directories cannot be read`() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/1_a.sql", withIntermediateDirectories: true)
    let error = try #require(throws: FileError.self) { try MigrationFolder(reading: folder.path) }
    #expect(error.description.contains("1_a.sql: cannot be read"))
  }
}

@Suite struct ScriptTests {
  private static func script(_ bytes: [UInt8]) throws -> Script {
    let folder = try Folder()
    try folder.write("1_a.sql", Data(bytes))
    return try #require(try MigrationFolder(reading: folder.path).files.first).script()
  }

  private static func script(_ text: String) throws -> Script { try script(Array(text.utf8)) }

  @Test func `reads every directive`() throws {
    let directives = try Self.script(
      """
      -- muster: no-transaction
      -- Why: it is big.
      -- muster: lock-timeout 10s
      -- muster: statement-timeout 1h
      -- muster: requires-extension pg_cron
      -- muster: requires-extension muster
      vacuum;
      """
    ).directives
    #expect(directives.noTransaction)
    #expect(directives.lockTimeout == Timeout(milliseconds: 10_000))
    #expect(directives.statementTimeout == Timeout(milliseconds: 3_600_000))
    #expect(directives.requiredExtensions.map(\.name) == ["pg_cron", "muster"])
  }

  @Test(arguments: [
    ("", "", "no statement"),
    ("-- only this\n;;", "", "no statement"),
    (
      "-- a\n-- muster: no-transactoin\nselect 1", ":2:12",
      "unknown directive \"no-transactoin\"; known are: no-transaction,"
    ),
    ("-- muster: Lock-Timeout 1s\nselect 1", ":1:12", "unknown directive"),
    ("-- muster: lock-timeout\nselect 1", ":1:24", "takes a duration"),
    ("-- muster: statement-timeout ten\nselect 1", ":1:30", "takes a duration"),
    ("-- muster: no-transaction please\nselect 1", ":1:27", "takes nothing"),
    ("-- muster: requires-extension\nselect 1", ":1:30", "takes one name"),
    ("-- muster: lock-timeout 1s\n-- muster: lock-timeout 2s\nselect 1", ":2:12", "given twice"),
    ("select 1;\n-- muster: no-transaction\nselect 2", ":2:12", "belong at the top"),
    ("select 1;\n  begin;\nselect 2;", ":2:3", "BEGIN in a file that runs in one transaction"),
    ("select 1; /* x */ Commit ;", ":1:19", "COMMIT in a file"),
    ("rollback", ":1:1", "ROLLBACK in a file"),
    ("start transaction", ":1:1", "START TRANSACTION in a file"),
    ("prepare transaction 'x'", ":1:1", "PREPARE TRANSACTION"),
    ("commit prepared 'x'", ":1:1", "COMMIT PREPARED"),
    ("rollback prepared 'x'", ":1:1", "ROLLBACK PREPARED"),
    ("-- muster: no-transaction\nbegin; select 1; commit;", ":2:1", "BEGIN in a no-transaction file"),
    ("select 1;\n\\i other.sql\n", ":2:4", "other.sql cannot be included: there is no such file"),
    ("select 1;\n  \\d t\n", ":2:3", "\"\\d\" is a command of psql"),
    ("-- muster: env MUSTER_NONE\nselect 1", ":1:16", "the environment has no MUSTER_NONE"),
    ("-- muster: env A B\nselect 1", ":1:16", "env takes one name"),
    ("select 'a", ":1:8", "never closed"),
  ])
  func `refuses before anything runs`(text: String, place: String, message: String) throws {
    let error = try #require(throws: FileError.self) { try Self.script(text) }
    #expect(error.description.contains("1_a.sql\(place): "))
    #expect(error.message.contains(message))
  }

  @Test func `bytes that are not UTF-8 are named by place`() throws {
    let error = try #require(throws: FileError.self) {
      try Self.script(Array("select 'é\n".utf8) + [0x27, 0xE9])
    }
    #expect(error.description.contains("1_a.sql:2:2: this byte is not valid UTF-8"))
  }

  @Test(arguments: [
    "savepoint a; rollback to a; rollback work to savepoint a; release a",
    "create function f() returns int begin atomic select 1; end",
    "prepare p as select 1; set transaction read only",
    "do $$ begin null; end $$", "create table commit (x int)",
  ])
  func `lets through what only looks like transaction control`(text: String) throws {
    _ = try Self.script(text)
  }
}
