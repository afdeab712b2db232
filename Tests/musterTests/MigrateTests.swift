import Foundation
import PostgresClient
import Subprocess
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster migrate, status and new")
struct MigrateTests {
  private static func folder(_ files: [String: String]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: "\(path)/migrations", withIntermediateDirectories: true)
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(filePath: "\(path)/migrations/\(name)"))
    }
    return path
  }

  private static let two = [
    "1_a.sql": "create table a (x int);", "2_b.sql": "create table b (x int); select 1;",
  ]

  /// Without what differs from run to run.
  private static func steady(_ text: String) -> String {
    text.replacing(/[0-9.]+ m?s\b/, with: "N ms").replacing(/muster_[0-9]+/, with: "db")
      .replacing(/PostgreSQL [^:\n]*/, with: "PostgreSQL N")
  }

  @Test("applies, then says that there is nothing to do")
  func apply() async throws {
    let (home, database) = (try Self.folder(Self.two), try await TemporaryCluster.shared().createDatabase())
    let environment = ["DATABASE_URL": database.conninfo]
    let first = try await muster("migrate", environment: environment, folder: home)
    #expect(first.status == 0)
    #expect(first.errors == "")
    #expect(
      Self.steady(first.output) == """
        applied 1_a.sql (1 statement, N ms)
        applied 2_b.sql (2 statements, N ms)
        database "db" is at version 2: 2 migrations applied in N ms

        """)
    let second = try await muster("migrate", environment: environment, folder: home)
    #expect(Self.steady(second.output) == "database \"db\" is up to date: version 2, 2 migrations applied\n")
    let quiet = try await muster("migrate", "--quiet", environment: environment, folder: home)
    #expect((quiet.output + quiet.errors).isEmpty)
  }

  @Test("shows a failure with its place, what became of the database, and exit code 1")
  func failure() async throws {
    let home = try Self.folder(["1_a.sql": "create table a (\n  x intt);"])
    let database = try await TemporaryCluster.shared().createDatabase()
    let result = try await muster("migrate", environment: ["DATABASE_URL": database.conninfo], folder: home)
    #expect(result.status == 1)
    #expect(
      result.errors == """
        muster: migrations/1_a.sql:2:5: ERROR 42704: type "intt" does not exist
        2 |   x intt);
          |     ^
        The file was rolled back: nothing of it remains. Mend it and run again.

        """)
    let json = try await muster(
      "migrate", "--json", environment: ["DATABASE_URL": database.conninfo], folder: home)
    #expect(json.status == 1)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let error = try #require(object["error"] as? [String: Any])
    #expect(error["sqlstate"] as? String == "42704")
    #expect(error["line"] as? Int == 2 && error["column"] as? Int == 5 && error["exitCode"] as? Int == 1)
  }

  @Test("plans and shows the state without writing anything")
  func planAndStatus() async throws {
    let (home, database) = (try Self.folder(Self.two), try await TemporaryCluster.shared().createDatabase())
    let environment = ["DATABASE_URL": database.conninfo]
    let plan = try await muster("migrate", "--plan", environment: environment, folder: home)
    #expect(plan.status == 0)
    #expect(Self.steady(plan.output).contains("2 migrations to apply; nothing was changed"))
    let status = try await muster("status", environment: environment, folder: home)
    #expect(status.status == 0)
    #expect(status.output.contains("0 applied, 2 pending"))
    #expect(try await value("select to_regnamespace('muster') is null", in: database) == "t")
  }

  @Test("calls an edited file by its name and exits with 4, as does status")
  func tampered() async throws {
    let (home, database) = (try Self.folder(Self.two), try await TemporaryCluster.shared().createDatabase())
    let environment = ["DATABASE_URL": database.conninfo]
    _ = try await muster("migrate", environment: environment, folder: home)
    try Data("create table a (x bigint);".utf8).write(to: URL(filePath: "\(home)/migrations/1_a.sql"))
    let result = try await muster("migrate", environment: environment, folder: home)
    #expect(result.status == 4)
    #expect(result.errors.hasPrefix("muster: migrations/1_a.sql: edited after it was applied at "))
    #expect(result.errors.hasSuffix("Nothing was changed.\n"))
    let status = try await muster("status", "--json", environment: environment, folder: home)
    #expect(status.status == 4)
    #expect(status.output.contains("\"state\":\"edited\""))
  }

  @Test(
    "calls bad input 2 and says what is wrong with it",
    arguments: [
      (["1_a.sql": "select 1", "01_b.sql": "select 1"], "version 1 is also 01_b.sql"),
      (
        ["1_a.sql": "-- muster: nonsense\nselect 1"],
        "migrations/1_a.sql:1:12: unknown directive \"nonsense\""
      ),
      (["1_a.sql": ""], "migrations/1_a.sql: there is no statement in this file"),
      (["1_a.sql": "commit;"], "migrations/1_a.sql:1:1: COMMIT in a file that runs in one transaction"),
      ([:], "migrations: there is no migration in this folder"),
    ])
  func badInput(files: [String: String], message: String) async throws {
    let (home, database) = (try Self.folder(files), try await TemporaryCluster.shared().createDatabase())
    let result = try await muster("migrate", environment: ["DATABASE_URL": database.conninfo], folder: home)
    #expect(result.status == 2)
    #expect(result.errors.contains(message))
    #expect(try await value("select to_regnamespace('muster') is null", in: database) == "t")
  }

  @Test("names what is missing: a folder, a database, a server")
  func missing() async throws {
    let home = try Self.folder(Self.two)
    let database = try await TemporaryCluster.shared().createDatabase()
    let folder = try await muster(
      "migrate", "--dir", "nowhere", "--database-url", database.conninfo, folder: home)
    #expect(folder.status == 2)
    #expect(
      folder.errors
        == "muster: nowhere: there is no such folder; name the one with the migrations with --dir\n")
    let unnamed = try await muster("migrate", folder: home)
    #expect(unnamed.status == 2)
    #expect(unnamed.errors.contains("no database is named"))
    let server = try await muster(
      "migrate", "--database-url", "postgresql://me:hunter2@127.0.0.1:1/x", folder: home)
    #expect(server.status == 2)
    #expect(!(server.output + server.errors).contains("hunter2"))
  }

  @Test("begins the next file")
  func new() async throws {
    let home = try Self.folder(Self.two)
    let result = try await muster("new", "add", "an index", folder: home)
    #expect(result.status == 0)
    #expect(result.output == "migrations/3_add_an_index.sql\n")
    let text = try String(contentsOf: URL(filePath: "\(home)/migrations/3_add_an_index.sql"), encoding: .utf8)
    #expect(text.hasPrefix("-- What this changes, and why.\n"))
  }

  @Test("lets twenty processes start at once on an empty database and applies each file once")
  func race() async throws {
    var files = Self.two
    files["3_c.sql"] = """
      -- muster: no-transaction
      create index concurrently a_x on a (x);
      insert into a values (1);
      create unique index concurrently b_x on b (x);
      """
    files["4_d.sql"] = "insert into a values (2);"
    files["5_e.sql"] = "-- muster: no-transaction\nreindex table concurrently a;"
    let (home, database) = (try Self.folder(files), try await TemporaryCluster.shared().createDatabase())
    let results = try await withThrowingTaskGroup(of: ToolResult.self) { group in
      for _ in 1...20 {
        group.addTask {
          try await muster("migrate", environment: ["DATABASE_URL": database.conninfo], folder: home)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.map(\.status) == Array(repeating: 0, count: 20), "\(results.map(\.errors))")
    let lines = results.flatMap { $0.output.split(separator: "\n") }.filter { $0.hasPrefix("applied ") }
    #expect(lines.count == 5)
    #expect(try await value("select array_agg(x order by x) from a", in: database) == "{1,2}")
    #expect(try await value("select count(*) from pg_index where not indisvalid", in: database) == "0")
  }

  @Test("tells how far a batch is, on stderr and in the JSON, and who was in the way")
  func batches() async throws {
    let home = try Self.folder([
      "1_fill.sql": """
      -- muster: no-transaction
      create table t as select generate_series(1, 250) as x, false as done;
      -- muster: batch
      update t set done = true where x in (select x from t where not done limit 100);
      """
    ])
    let database = try await TemporaryCluster.shared().createDatabase()
    let told = try await muster("migrate", environment: ["DATABASE_URL": database.conninfo], folder: home)
    #expect(told.errors == "muster: 1_fill.sql statement 2: 3 rounds, 250 rows\n")

    try Data("alter table t add y int;".utf8).write(to: URL(filePath: "\(home)/migrations/2_add.sql"))
    let holder = try await PostgresConnection.connect(database)
    _ = try await holder.run { try $0.execute("set application_name = 'reader'; begin; select from t") }
    let blocked = try await muster(
      "migrate", "--json", "--lock-timeout", "400ms", "--retry-for", "1s",
      environment: ["DATABASE_URL": database.conninfo], folder: home)
    #expect(blocked.status == 5)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(blocked.output.utf8)) as? [String: Any])
    let remarks = try #require(object["remarks"] as? [String])
    #expect(
      remarks.contains { $0.hasPrefix("2_add.sql waits for pid ") && $0.contains("application reader") })
    #expect(
      remarks.contains {
        $0.hasPrefix("2_add.sql attempt 1 rolled back: canceling statement due to lock timeout")
      })
    await holder.close()
    let other = try await TemporaryCluster.shared().createDatabase()
    let json = try await muster(
      "migrate", "--json", environment: ["DATABASE_URL": other.conninfo], folder: home)
    #expect(json.output.contains(#"{"file":"1_fill.sql","isDone":true,"rounds":3,"rows":250,"statement":2}"#))
  }

  @Test(
    "takes up, after kill -9, what a killed run left",
    arguments: [
      "create table t (x int); insert into t values (1); select pg_sleep(600); insert into t values (2);",
      """
      -- muster: no-transaction
      create table t (x int); insert into t values (1); select pg_sleep(600); insert into t values (2);
      create index concurrently t_x on t (x);
      """,
    ])
  func killed(sql: String) async throws {
    let home = try Self.folder(["1_a.sql": sql])
    let database = try await TemporaryCluster.shared().createDatabase()
    let sleeping = """
      from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%'
        and pid <> pg_backend_pid()
      """
    let run = try await run(
      .path(musterPath), arguments: ["migrate"],
      environment: .custom(plain(["DATABASE_URL": database.conninfo])), workingDirectory: FilePath(home),
      input: .none, output: .sequence, error: .discarded
    ) { execution in
      try await eventually { try await value("select count(*) \(sleeping)", in: database) == "1" }
      try execution.send(signal: .kill)
    }
    #expect(run.terminationStatus == .signaled(9))
    // The server notices only when the statement ends that a client is gone.
    _ = try await value("select pg_terminate_backend(pid) \(sleeping)", in: database)
    // What slept is quick the next time; it was not done, so it may be changed.
    try Data(sql.replacing("600", with: "0").utf8).write(to: URL(filePath: "\(home)/migrations/1_a.sql"))
    let result = try await muster("migrate", environment: ["DATABASE_URL": database.conninfo], folder: home)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try await value("select array_agg(x order by x) from t", in: database) == "{1,2}")
    #expect(try await value("select count(*) from muster.migration", in: database) == "1")
    #expect(try await value("select count(*) from muster.migration_journal", in: database) == "0")
  }

  @Test("explains itself")
  func help() async throws {
    let result = try await muster("migrate", "--help")
    #expect(result.status == 0)
    #expect(result.output.contains("USAGE: muster migrate "))
    #expect(
      result.output.contains("  -- muster: requires-extension NAME    created first, where it is not there"))
  }

  @Test("rolls back when it is told to end in the middle of a file", arguments: [SIGINT, SIGTERM])
  func toldToEnd(signal: CInt) async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let home = try Self.folder(["1_a.sql": "create table a (x int); select pg_sleep(600);"])
    let result = try await run(
      .path(musterPath), arguments: ["migrate"],
      environment: .custom(plain(["DATABASE_URL": database.conninfo])), workingDirectory: FilePath(home),
      input: .none, output: .discarded, error: .sequence
    ) { execution in
      let asleep =
        "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
      try await eventually { try await value(asleep, in: database) == "1" }
      #expect(kill(execution.processIdentifier.value, signal) == 0)
      var errors = ""
      for try await line in execution.standardError.strings() { errors += line }
      return errors
    }
    #expect(result.terminationStatus == .exited(128 + signal))
    #expect(result.closureResult.contains("The file was rolled back"))
    #expect(result.closureResult.contains(signal == SIGINT ? "interrupted" : "told to end"))
    #expect(try await value("select to_regclass('a')", in: database) == nil)
    #expect(try await value("select count(*) from muster.migration", in: database) == "0")
  }
}
