import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite("A throw-away cluster")
struct ClusterTests {
  @Test("is ready for logical decoding, counts in UTC and listens on no port")
  func isSetUp() async throws {
    let cluster = try await TemporaryCluster.shared()
    #expect(try await value("show wal_level", in: cluster.settings) == "logical")
    #expect(try await value("show timezone", in: cluster.settings) == "UTC")
    #expect(try await value("show listen_addresses", in: cluster.settings) == "")
    #expect(
      try await value(
        "select datcollate from pg_database where datname = current_database()", in: cluster.settings)
        == "C.UTF-8")
    #expect(
      try await value("select usesuper::text from pg_user where usename = current_user", in: cluster.settings)
        == "true")
  }

  @Test("gives everyone a database of his own")
  func makesDatabases() async throws {
    let cluster = try await TemporaryCluster.shared()
    let databases = try await withThrowingTaskGroup(of: ConnectionSettings.self) { group in
      for _ in 0..<4 { group.addTask { try await cluster.createDatabase() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(databases).count == 4)
    for database in databases {
      #expect(
        try await value("select current_database()::text", in: database) == database.parameters["dbname"])
    }
  }

  @Test("copies a template database")
  func copiesTemplates() async throws {
    let cluster = try await TemporaryCluster.shared()
    let template = try await cluster.createDatabase()
    try await script("create table roll as select 7 as here", in: template)
    let copy = try await cluster.createDatabase(template: template.parameters["dbname"])
    #expect(try await value("select here::text from roll", in: copy) == "7")
  }

  @Test("keeps logged rows over a crash, and unlogged ones over a restart alone")
  func restartsAndCrashes() async throws {
    let cluster = try await TemporaryCluster.start()
    try await script(
      """
      create table facts as select 1 as id;
      create unlogged table beats as select 1 as id;
      """, in: cluster.settings)

    try await cluster.restart()
    #expect(try await value("select count(*)::text from beats", in: cluster.settings) == "1")

    // A backend that is busy at that moment must not keep the server from coming back.
    let busy = Task { [settings = cluster.settings] in
      try await value("select pg_sleep(600)::text", in: settings)
    }
    try await eventually {
      try await value(
        "select count(*)::text from pg_stat_activity where query like 'select pg_sleep%'",
        in: cluster.settings) == "1"
    }
    try await cluster.crash()
    await #expect(throws: PostgresError.self) { try await busy.value }
    #expect(try await value("select count(*)::text from facts", in: cluster.settings) == "1")
    #expect(try await value("select count(*)::text from beats", in: cluster.settings) == "0")
    await cluster.stop()
  }

  @Test("says what the server said when it does not start, and leaves nothing")
  func reportsFailure() async throws {
    let error = await #expect(throws: ClusterError.self) {
      try await TemporaryCluster.start(.init(preload: ["no_such_library"]))
    }
    #expect("\(try #require(error))".contains("no_such_library"))
  }

  @Test("takes settings as they are, quotes too")
  func takesSettings() async throws {
    let cluster = try await TemporaryCluster.start(
      .init(settings: ["cluster_name": "it's mine"], isDurable: true))
    #expect(try await value("show cluster_name", in: cluster.settings) == "it's mine")
    #expect(try await value("show fsync", in: cluster.settings) == "on")
    await cluster.stop()
  }

  @Test("says where it looked when there is no server of that version")
  func reportsMissingServer() async throws {
    let error = await #expect(throws: ClusterError.self) { try await PostgresBinaries.find(version: 9) }
    let text = "\(try #require(error))"
    #expect(text.contains("PostgreSQL 9 server"))
    #expect(text.contains("PG_CONFIG"))
  }

  @Test("takes the server that PG_CONFIG names before all others")
  func findsChosenServer() async throws {
    let found = try await PostgresBinaries.find()
    let again = try await PostgresBinaries.find(environment: [
      "PG_CONFIG": "\(found.folder)/pg_config", "PATH": "/bin",
    ])
    #expect(again == found)
  }
}
