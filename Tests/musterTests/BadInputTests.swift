import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

/// What nobody means to hand to a runner: told in one line, and nothing is half done.
@Suite("bad input")
struct BadInputTests {
  private struct Place {
    let scratch: Scratch
    let folder: Folder

    init(_ files: [String: String] = ["m/1_a.sql": "create table public.a (x int);"]) async throws {
      scratch = try await Scratch.make()
      folder = try Folder(files)
    }

    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    func run(_ arguments: String...) async throws -> ToolResult {
      try await muster(
        with: arguments + ["--dir", "m"], environment: ["DATABASE_URL": scratch.settings.conninfo],
        folder: folder.path)
    }

    /// Nothing runs, with the file's name in one line of reason. To lint it is a finding where it can go on.
    func isRefused(_ name: String, _ reason: String, lint: Int32 = 2) async throws {
      for command in [["migrate"], ["migrate", "--plan"], ["status"], ["lint"]] {
        let result =
          command.count == 1 ? try await run(command[0]) : try await run(command[0], command[1])
        #expect(result.status == (command == ["lint"] ? lint : 2), "\(command): \(result)")
        let said = result.errors + result.output
        #expect(said.contains(name) && said.contains(reason), "\(command): \(said)")
        #expect(!said.contains("Error Domain") && !said.contains("Errno"), "\(said)")
      }
      #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
      #expect(try await scratch.value("select to_regclass('public.a') is null") == "t")
    }
  }

  @Test("links that lead nowhere or round")
  func links() async throws {
    let place = try await Place()
    try FileManager.default.createSymbolicLink(
      atPath: place.path("m/2_b.sql"), withDestinationPath: "nowhere")
    try await place.isRefused("m/2_b.sql", "cannot be read: ")
    try place.folder.remove("m/2_b.sql")
    try FileManager.default.createSymbolicLink(
      atPath: place.path("m/2_b.sql"), withDestinationPath: "2_b.sql")
    try await place.isRefused("m/2_b.sql", "cannot be read: ")
  }

  @Test("a folder and a pipe that are called like files")
  func noFiles() async throws {
    let place = try await Place()
    try FileManager.default.createDirectory(
      atPath: place.path("m/2_b.sql"), withIntermediateDirectories: false)
    try await place.isRefused("m/2_b.sql", "cannot be read: ")
    try place.folder.remove("m/2_b.sql")
    mkfifo(place.path("m/2_b.sql"), 0o600)
    let result = try await place.run("migrate")
    #expect(result.status == 2 && result.errors.contains("m/2_b.sql: there is no statement"), "\(result)")
  }

  @Test("control characters in a name, which would tear a log apart")
  func controlCharacters() async throws {
    let place = try await Place()
    try place.folder.write("m/2_b\nc.sql", "select 1;")
    try await place.isRefused("2_b\\nc.sql", "control character", lint: 1)
  }

  @Test("blanks, quotes and backslashes in names are nothing special")
  func quotes() async throws {
    let name = #"m/1_a 'b' "c" \d $e$ %s :f.sql"#
    let place = try await Place([name: "create table public.a (x int);"])
    #expect(try await place.run("migrate").status == 0)
    #expect(try await place.run("status").output.contains(#"a 'b' "c" \d $e$ %s :f"#))
    #expect(try await place.run("migrate").status == 0)
    try place.folder.write(name, "create table public.a (x bigint);")
    let edited = try await place.run("migrate")
    #expect(edited.status == 4 && edited.errors.contains("+create table public.a (x bigint);"))
  }

  @Test("a version of any length is in its place")
  func longVersion() async throws {
    let place = try await Place([
      "m/99999999999999999999_b.sql": "alter table public.a add y int;",
      "m/1_a.sql": "create table public.a (x int);",
      "m/100000000000000000000_c.sql": "alter table public.a drop y;",
    ])
    let result = try await place.run("migrate")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try await place.run("status").output.hasSuffix("3 applied, 0 pending\n"))
  }

  @Test("a database whose name has quotes, blanks and a backslash")
  func databaseName() async throws {
    let cluster = try await TemporaryCluster.shared()
    let name = #"we"ird 'na\me' ${x} \#(UUID().uuidString.prefix(8))"#
    try await script("create database \"\(name.replacing("\"", with: "\"\""))\"", in: cluster.settings)
    let folder = try Folder([
      "m/1_a.sql": "create table public.a (x int);",
      "m/2_b.sql":
        "-- muster: no-transaction\ncreate index concurrently a_x on public.a (x);\nreindex table concurrently public.a;",
      "m/objects/v.sql": "create view public.v as select x from public.a;",
    ])
    let quoted = name.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    let url = cluster.settings.with("dbname", "@").conninfo.replacing("'@'", with: "'\(quoted)'")
    for command in [
      ["migrate", "--plan", "--scratch-url", url], ["migrate"], ["status"], ["drift", "--scratch-url", url],
    ] {
      let result = try await muster(
        with: command + ["--dir", "m"], environment: ["DATABASE_URL": url], folder: folder.path)
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
    let dump = try await muster("dump", environment: ["DATABASE_URL": url])
    #expect(dump.status == 0 && dump.output.contains("create view public.v"))
  }
}
