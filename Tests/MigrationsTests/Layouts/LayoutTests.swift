import Migrations
import SQLText
import TestSupport
import Testing

@Suite struct LayoutTests {
  @Test(
    arguments: [
      (["1_a.sql": "select 1"], .muster), (["V1__a.sql": "select 1"], .flyway),
      (["deep/er/V1__a.sql": "select 1"], .flyway), (["R__a.sql": "select 1"], .flyway),
      (["1_a.sql": "-- migrate:up\nselect 1"], .dbmate), (["1.sql": "--migrate:up\nselect 1"], .dbmate),
      (["1_a.sql": "-- +goose Up\nselect 1"], .goose), (["1_a.sql": "-- no-transaction\nselect 1"], .sqlx),
      (["2020-01-01-000000_a/up.sql": "select 1"], .diesel),
      (
        ["sqitch.plan": "%project=a\na 2020-01-01T00:00:00Z A <a@b> # a", "deploy/a.sql": "select 1"], .sqitch
      ),
      (["env.py": "", "versions/a.py": "revision = 'a'\ndown_revision = None"], .alembic),
    ] as [([String: String], Tool)])
  func `names and markers say whose it is`(files: [String: String], tool: Tool) throws {
    let folder = try Folder(files)
    #expect(try MigrationFolder(reading: folder.path).tool == tool)
  }

  @Test(
    arguments: [
      (["m/1_a.up.sql": "select 1", "go.mod": ""], .golangMigrate),
      (["m/1_a.up.sql": "select 1", "Cargo.toml": ""], .sqlx),
      (["m/1_a.sql": "select 1", "config.toml": "project_id = \"a\""], .supabase),
      (["m/1_a.sql": "select 1", "config.toml": "[a]\nproject_id = \"a\""], .muster),
    ] as [([String: String], Tool)])
  func `what lies around the folder speaks too`(files: [String: String], tool: Tool) throws {
    let folder = try Folder(files)
    #expect(try MigrationFolder(reading: "\(folder.path)/m").tool == tool)
  }

  @Test func `what may be two tools' is asked for`() throws {
    let folder = try Folder(["1_a.up.sql": "select 1"])
    let error = try #require(throws: FileError.self) { try MigrationFolder(reading: folder.path) }
    #expect(
      error.message == """
        more than one tool's files may be here; name the one with --layout:
          golang-migrate  files named <digits>_<name>.up.sql
          sqlx  files named <digits>_<name>.up.sql
        """)
    #expect(try MigrationFolder(reading: folder.path, as: .sqlx).files.map(\.name) == ["a"])
    let mixed = try Folder(["1_a.sql": "-- migrate:up\nselect 1", "2_b.sql": "-- +goose Up\nselect 1"])
    let other = try #require(throws: FileError.self) { try MigrationFolder(reading: mixed.path) }
    #expect(other.message.contains("dbmate  \"-- migrate:up\" in 1_a.sql\n  goose  \"-- +goose\" in 2_b.sql"))
  }

  @Test func `a name that is no tool's`() throws {
    let error = try #require(throws: FileError.self) { try Tool(named: "liquibase") }
    #expect(error.message.contains("known are: muster, flyway, dbmate, goose, golang-migrate, sqlx"))
    #expect(Tool.allCases.allSatisfy { (try? Tool(named: $0.rawValue)) == $0 })
  }
}

/// What a layout makes of a folder, as text that a test can compare.
struct Reading {
  let files: [MigrationFile]

  init(_ files: [String: String], as tool: Tool? = nil) throws {
    let folder = try Folder.kept(files)
    self.files = try MigrationFolder(reading: folder.path, as: tool).files
  }

  /// `1 name: statement | statement`, `!` before what is no single transaction, `<` before the way back.
  var lines: [String] {
    get throws {
      try files.map { file in
        let down = try file.downScript().map { " <" + Self.text($0) } ?? ""
        return "\(file.version.digits) \(file.name):" + Self.text(try file.script()) + down
      }
    }
  }

  private static func text(_ script: Script) -> String {
    (script.directives.noTransaction ? " ! " : " ")
      + script.groups.map { group in script.statements[group].map(script.text).joined(separator: "; ") }
      .joined(separator: " | ")
  }
}
