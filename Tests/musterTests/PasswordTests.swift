import Foundation
import PostgresClient
import Subprocess
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

/// No password is in any output, nor where other users of the machine can see it.
@Suite("Passwords")
struct PasswordTests {
  private static let secret = "s3cret"

  /// A server that wants a password of `me`, and a database of his.
  private static let server = Task {
    let access = FileManager.default.temporaryDirectory.appending(path: "hba-\(UUID().uuidString)").path
    try "local all postgres trust\nlocal all all scram-sha-256\n".write(
      toFile: access, atomically: true, encoding: .utf8)
    let cluster = try await TemporaryCluster.start(.init(settings: ["hba_file": access]))
    try? FileManager.default.removeItem(atPath: access)
    try await script("create role me login superuser password '\(secret)'", in: cluster.settings)
    return cluster
  }

  private static func database(password: String = secret) async throws -> ConnectionSettings {
    try await server.value.createDatabase().with("user", "me").with("password", password)
  }

  private struct Tree: Decodable {
    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    struct Argument: Decodable {
      let isOptional: Bool
      let kind: String
      let preferredName: Name?
    }
    struct Name: Decodable { let name: String }
    let command: Command
  }

  /// Every command that connects to a database, with a word for each argument that it must have.
  private static func commands() async throws -> [[String]] {
    let help = try await muster("--experimental-dump-help")
    let tree = try JSONDecoder().decode(Tree.self, from: Data(help.output.utf8))
    let commands = calls(tree.command)
    #expect(commands.count >= 8)
    return commands
  }

  private static func calls(_ command: Tree.Command) -> [[String]] {
    let arguments = command.arguments ?? []
    let own = arguments.filter { !$0.isOptional && $0.kind == "positional" }.map { _ in "1" }
    let connects = arguments.contains { $0.preferredName?.name == "database-url" }
    let below = (command.subcommands ?? []).flatMap { sub in calls(sub).map { [sub.commandName] + $0 } }
    return (connects ? [own] : []) + below
  }

  private static func home() throws -> Folder {
    try Folder(["migrations/1_a.sql": "create table a (x int);", "migrations/2_b.sql": "select 1 / 0;"])
  }

  private func expectSilence(
    _ result: ToolResult, status: Int32?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      !(result.output + result.errors).contains(Self.secret), "\(result)", sourceLocation: sourceLocation)
    if let status { #expect(result.status == status, "\(result)", sourceLocation: sourceLocation) }
  }

  @Test(
    "are not shown where a URL is malformed",
    arguments: [
      "postgres://ann:s3cret%zz@h/db", "postgres://ann:s3cret@x@h/db", "postgres://ann:x/s3cret@h/db",
      "postgres://ann:x:s3cret/db", "postgres://ann:s3cret", "postgres://[s3cret/db",
      "postgres://ann:pw@h:s3cret/db",
      "postgres://ann@h/db?s3cret=1", "host=h password='s3cret", "host=h password=x s3cret", "s3cret",
    ])
  func malformed(url: String) async throws {
    let home = try Self.home()
    expectSilence(
      try await muster("migrate", "--json", environment: ["DATABASE_URL": url], folder: home.path), status: 2)
    expectSilence(try await muster("status", "--database-url", url, folder: home.path), status: 2)
    try home.write("targets", "\(url)\n")
    let fleet = try await muster(
      "migrate", "--targets", "targets", environment: ["DATABASE_URL": "host=/nowhere"], folder: home.path)
    // A word alone is a database's name, which may be shown.
    if url.contains(where: { ":='".contains($0) }) { expectSilence(fleet, status: 2) }
  }

  @Test("are not shown by any command, whatever is wrong with the URL, the server or the password")
  func everyCommand() async throws {
    let (home, wrong) = (try Self.home(), try await Self.database(password: "s3cret-not"))
    for command in try await Self.commands() {
      for url in ["postgres://ann:s3cret@x@h/db", "postgres://me:s3cret@127.0.0.1:1/x", wrong.conninfo] {
        let result = try await muster(with: command, environment: ["DATABASE_URL": url], folder: home.path)
        expectSilence(result, status: 2)
      }
    }
  }

  @Test("are not shown when they are right, whatever comes of the run")
  func right() async throws {
    let (home, database) = (try Self.home(), try await Self.database())
    try home.write("targets", "\(database.conninfo)\n\(database.with("dbname", "not_there").conninfo)\n")
    let environment = ["DATABASE_URL": database.conninfo]
    for (arguments, status) in [
      (["status"], 0), (["migrate", "--plan"], nil), (["migrate"], 1), (["migrate", "--json"], 1),
      (["status", "--json"], 0), (["migrate", "--targets", "targets", "--json"], 2),
      (["migrate", "--targets", "targets"], 2), (["verify", "--only", "catalog", "--format", "json"], nil),
    ] as [([String], Int32?)] {
      expectSilence(
        try await muster(with: arguments, environment: environment, folder: home.path), status: status)
    }
    #expect(try await value("select count(*) from muster.migration", in: database) == "1")
  }

  @Test("are not shown of a service file, a password file or PGPASSWORD")
  func files() async throws {
    let (home, database) = (try Self.home(), try await Self.database(password: "s3cret-not"))
    let (host, name) = (database.parameters["host"] ?? "", database.parameters["dbname"] ?? "")
    try home.write("services", "[shop]\nhost=\(host)\nuser=me\ndbname=\(name)\npassword=s3cret-not\n")
    try home.write("broken", "[shop]\nhost \(host) s3cret\n")
    try home.write("targets", "service=shop\n")
    for file in ["services", "broken"] {
      let environment = ["PGSERVICE": "shop", "PGSERVICEFILE": "\(home.path)/\(file)"]
      for arguments in [["migrate"], ["migrate", "--json"], ["migrate", "--targets", "targets"]] {
        expectSilence(
          try await muster(with: arguments, environment: environment, folder: home.path), status: 2)
      }
    }
    try home.write("pgpass", "*:*:*:*:s3cret-not\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(home.path)/pgpass")
    let place = ["PGHOST": host, "PGUSER": "me", "PGDATABASE": name]
    for secret in [["PGPASSFILE": "\(home.path)/pgpass"], ["PGPASSWORD": "s3cret-not"]] {
      expectSilence(
        try await muster("migrate", environment: place.merging(secret) { $1 }, folder: home.path), status: 2)
    }
  }

  @Test("are neither among the arguments nor in the environment of a process that Muster starts")
  func children() async throws {
    let (home, database) = (try Self.home(), try await Self.database())
    try home.write("migrations/2_b.sql", "select 1;")
    // In pgbench's place: writes down what can be seen of it, and whether the password reaches the server all the same.
    try home.write(
      "pgbench",
      """
      #!/bin/sh
      tr '\\0' '\\n' </proc/$$/cmdline >seen; tr '\\0' '\\n' </proc/$$/environ >>seen
      psql -XAtc 'select current_user' >user; exit 1
      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(home.path)/pgbench")
    let path = "\(home.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    for environment in [
      ["DATABASE_URL": database.conninfo],
      [
        "PGHOST": database.parameters["host"] ?? "", "PGUSER": "me", "PGPASSWORD": Self.secret,
        "PGDATABASE": database.parameters["dbname"] ?? "",
      ],
    ] {
      let result = try await muster(
        "bench", "heartbeat", "--seconds", "1", "--rounds", "1", "--scale", "1000", "--dir",
        repository.appending("migrations").string, environment: environment.merging(["PATH": path]) { $1 },
        folder: home.path)
      expectSilence(result, status: 1)
      let seen = try String(contentsOfFile: "\(home.path)/seen", encoding: .utf8)
      #expect(seen.contains("PGUSER=me") && !seen.contains(Self.secret), "\(seen)")
      #expect(try String(contentsOfFile: "\(home.path)/user", encoding: .utf8) == "me\n")
    }
  }
}
