import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite("behind pgbouncer", .enabled(if: Pgbouncer.isInstalled))
struct PoolerTests {
  private static let files = [
    "1_a.sql": "create table a (x int);\ninsert into a values (1);",
    "2_b.sql":
      "-- muster: no-transaction\ncreate index concurrently a_x on a (x);\ninsert into a values (2);",
    "3_c.sql": "insert into a values (3);",
  ]

  private static func migrations() throws -> Folder {
    let folder = try Folder()
    for (name, text) in files { try folder.write("migrations/\(name)", text) }
    return folder
  }

  /// Starts so many at once.
  private static func migrate(_ count: Int, _ settings: ConnectionSettings) async throws -> [ToolResult] {
    let folder = try migrations()
    return try await withThrowingTaskGroup(of: ToolResult.self) { group in
      for _ in 1...count {
        group.addTask {
          try await muster("migrate", environment: ["DATABASE_URL": settings.conninfo], folder: folder.path)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  @Test(
    "that shares its server processes nothing is run, by one or by many at once",
    arguments: [
      (Pgbouncer(.transaction), 1), (Pgbouncer(.transaction), 6), (Pgbouncer(.transaction, poolSize: 1), 1),
      (Pgbouncer(.transaction, poolSize: 1), 4), (Pgbouncer(.transaction, takesTurns: true), 4),
      (Pgbouncer(.transaction, poolSize: 2, takesTurns: true), 1), (Pgbouncer(.statement), 1),
      (Pgbouncer(.statement), 6),
    ])
  func shared(pooler: Pgbouncer, count: Int) async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let results = try await pooler.during(database) { try await Self.migrate(count, $0) }
    #expect(results.map(\.status) == Array(repeating: 2, count: count), "\(results.map(\.errors))")
    for result in results {
      #expect(result.errors.contains("goes through a pooler that changes the server process"))
      #expect(result.errors.contains("Connect to the server itself, or to the pooler in session mode"))
      #expect(result.output.isEmpty)
    }
    #expect(try await value("select to_regnamespace('muster') is null", in: database) == "t")
    #expect(try await value("select to_regclass('a') is null", in: database) == "t")
  }

  @Test(
    "that keeps sessions all is as without it, also where there are fewer server processes than runners",
    arguments: [10, 3])
  func kept(poolSize: Int) async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let results = try await Pgbouncer(.session, poolSize: poolSize).during(database) {
      try await Self.migrate(6, $0)
    }
    #expect(results.map(\.status) == Array(repeating: 0, count: 6), "\(results.map(\.errors))")
    let lines = results.flatMap { $0.output.split(separator: "\n") }.filter { $0.hasPrefix("applied ") }
    #expect(lines.count == 3)
    #expect(try await value("select array_agg(x order by x) from a", in: database) == "{1,2,3}")
  }

  @Test("reading needs no session: status, and migrate where nothing is pending")
  func reading() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let direct = try await Self.migrate(1, database)
    #expect(direct.map(\.status) == [0])
    let folder = try Self.migrations()
    try await Pgbouncer(.transaction).during(database) { settings in
      let environment = ["DATABASE_URL": settings.conninfo]
      for command in ["status", "migrate"] {
        let result = try await muster(command, environment: environment, folder: folder.path)
        #expect(result.status == 0, "\(result.errors)")
      }
    }
  }
}
