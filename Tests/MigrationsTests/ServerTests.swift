import Foundation
import Migrations
import PostgresClient
import SQLText
import TemporaryCluster
import TestSupport
import Testing

@Suite struct ServerTests {
  private static let files = ["1_a.sql": "create table a (x int);"]

  private static func migrator(_ settings: ConnectionSettings, _ folder: Folder) -> Migrator {
    Migrator(settings, directory: folder.path)
  }

  @Test func `a session that may not write is told before anything happens`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute("alter database \(scratch.name) set default_transaction_read_only = on")
    let error = try await scratch.migrator(Folder(Self.files)).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("are read-only here"))
    try await scratch.execute("set default_transaction_read_only = off")
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `a standby is told to be one, and one that is up to date is left alone`() async throws {
    let cluster = try await TemporaryCluster.start()
    let folder = try Folder(Self.files)
    _ = try await Self.migrator(cluster.settings, folder).migrate()
    try "".write(toFile: "\(cluster.folder)/data/standby.signal", atomically: true, encoding: .utf8)
    try await cluster.restart()
    #expect(try await Self.migrator(cluster.settings, folder).migrate().applied.isEmpty)
    try folder.write("2_b.sql", "create table b (x int);")
    let error = try await Self.migrator(cluster.settings, folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("is a standby and takes no writes; connect to the primary"))
    await cluster.stop()
  }

  @Test func `a wrong password is refused and never shown`() async throws {
    let cluster = try await TemporaryCluster.start()
    let superuser = try await PostgresConnection.connect(cluster.settings)
    _ = try await superuser.run { try $0.execute("create role ada login password 'right'") }
    try "local all postgres trust\nlocal all all scram-sha-256\n".write(
      toFile: "\(cluster.folder)/data/pg_hba.conf", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: "\(cluster.folder)/data/pg_hba.conf")
    try await cluster.restart()
    let settings = cluster.settings.with("user", "ada").with("password", "hunter2")
    let error = try await Self.migrator(settings, Folder.kept(Self.files)).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("password authentication failed for user \"ada\""))
    #expect(!"\(error) \(settings)".contains("hunter2"))
    await cluster.stop()
  }

  @Test func `a database that is not there`() async throws {
    let settings = try await TemporaryCluster.shared().settings.with("dbname", "nowhere")
    let error = try await Self.migrator(settings, Folder.kept(Self.files)).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.contains("database \"nowhere\" does not exist"))
  }

  @Test func `a user who may not create a schema, or not write the history`() async throws {
    let scratch = try await Scratch.make()
    let user = "\(scratch.name)_deployer"
    try await scratch.execute("create role \(user) login")
    let settings = scratch.settings.with("user", user)
    let folder = try Folder(["1_a.sql": "create table a (x int)", "2_b.sql": "select 1"])
    let refused = try await Self.migrator(settings, folder).failure()
    #expect(refused.exitCode == 2)
    #expect(refused.description.contains("42501: permission denied for database"))
    #expect(refused.description.contains("Nothing was changed"))
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")

    try await scratch.execute("create schema muster; grant usage on schema muster to \(user)")
    #expect(
      try await Self.migrator(settings, folder).failure().description.contains(
        "permission denied for schema muster"))
    try await scratch.execute("drop schema muster")
    _ = try await scratch.migrator(folder).migrate()
    try folder.write("3_c.sql", "create table c (x int)")
    let forbidden = try await Self.migrator(settings, folder).failure()
    #expect(forbidden.exitCode == 2)
    try await scratch.execute(
      "grant usage on schema muster to \(user); grant select on muster.migration to \(user)")
    #expect(
      try await Self.migrator(settings, folder).failure().description.contains(
        "may not read and write muster.migration"))
    try folder.remove("3_c.sql")
    #expect(try await Self.migrator(settings, folder).migrate().done.isEmpty)
    try await scratch.execute("drop owned by \(user); drop role \(user)")
  }

  @Test func `a user who may not create roles fails in that file, which leaves nothing`() async throws {
    let scratch = try await Scratch.make()
    let user = "\(scratch.name)_deployer"
    try await scratch.execute(
      "create role \(user) login; grant create on database \(scratch.name) to \(user)")
    let folder = try Folder(["1_a.sql": "create schema s;\ncreate role \(user)_other;"])
    let error = try await Self.migrator(scratch.settings.with("user", user), folder).failure()
    #expect(error.exitCode == 1)
    #expect(error.place?.position?.line == 2)
    #expect(error.sqlState == "42501")
    #expect(try await scratch.value("select to_regnamespace('s') is null") == "t")
    try await scratch.execute("drop owned by \(user); drop role \(user)")
  }

  @Test func `a server before 15 is too old`() async throws {
    let scratch = try await Scratch.make()
    var view = try await scratch.migrator(Folder(Self.files)).status().surroundings
    #expect(view.unsupported == nil)
    view.serverVersionNumber = 140_012
    view.serverVersion = "14.12"
    #expect(
      view.unsupported?.description
        == "the server is PostgreSQL 14.12; Muster needs 15 or later. Nothing was changed")
  }

  @Test func `a server whose text is bytes still gets the right column`() async throws {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      "create database \(scratch.name)_ascii encoding 'SQL_ASCII' locale 'C' template template0")
    let settings = scratch.settings.with("dbname", "\(scratch.name)_ascii")
    let folder = try Folder(["1_a.sql": "select 'é数', nope;"])
    let error = try await Self.migrator(settings, folder).failure()
    #expect(error.place?.position?.description == "1:14")
  }

  @Test func `a server that goes away in the middle leaves the file to the next run`() async throws {
    let cluster = try await TemporaryCluster.start()
    let folder = try Folder([
      "1_a.sql": "create table a (x int);",
      "2_b.sql": "create table b (x int); select pg_terminate_backend(pg_backend_pid());",
    ])
    let error = try await Self.migrator(cluster.settings, folder).failure()
    #expect(error.exitCode == 1)
    #expect(error.sqlState == "57P01")
    try await cluster.crash()
    try folder.write("2_b.sql", "create table b (x int);")
    #expect(
      try await Self.migrator(cluster.settings, folder).migrate().applied.map(\.file.version.digits) == ["2"])
    await cluster.stop()
  }

  @Test func `stopped by its caller it rolls back`() async throws {
    let scratch = try await Scratch.make()
    let migrator = try scratch.migrator(Folder(["1_a.sql": "create table a (x int); select pg_sleep(600);"]))
    let task = Task { try await migrator.failure() }
    while try await scratch.value(
      "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid() and datname = current_database()"
    ) == "0" {
      await Task.yield()
    }
    task.cancel()
    #expect(try await task.value.isCancellation)
    #expect(try await scratch.value("select to_regclass('a') is null") == "t")
  }
}
