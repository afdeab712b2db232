import Foundation
import PostgresClient
import Subprocess
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

/// The rows of docs/traps.md, each with the binary as a pipeline would run it.
@Suite struct TrapTests {
  /// A folder, an empty database, and runs of `muster migrate` on them.
  private struct Place {
    let folder: Folder
    let database: ConnectionSettings

    init(_ files: [String: String]) async throws {
      folder = try Folder(files)
      database = try await TemporaryCluster.shared().createDatabase()
    }

    func migrate(_ options: String...) async throws -> ToolResult {
      try await muster(
        with: ["migrate", "--dir", folder.path] + options,
        environment: ["DATABASE_URL": database.conninfo])
    }

    func ask(_ sql: String) async throws -> String? { try await value(sql, in: database) }

    /// How often each file is in the history.
    func history() async throws -> String? {
      try await ask("select string_agg(version, ' ' order by version) from muster.migration")
    }
  }

  @Test func severalDeployersAtOnceOnAFreshDatabase() async throws {
    let place = try await Place([
      "1_a.sql": "create table a (x int);",
      "2_b.sql": "-- muster: no-transaction\ncreate index concurrently a_x on a (x);",
    ])
    let results = try await withThrowingTaskGroup(of: ToolResult.self) { group in
      for _ in 1...3 { group.addTask { try await place.migrate() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.map(\.status) == [0, 0, 0], "\(results.map(\.errors))")
    #expect(try await place.history() == "1 2")
  }

  @Test func anAppliedFileIsEdited() async throws {
    let place = try await Place(["1_a.sql": "create table a (x int);"])
    #expect(try await place.migrate().status == 0)
    try place.folder.write("1_a.sql", "create table a (x bigint);")
    let result = try await place.migrate()
    #expect(result.status == 4)
    #expect(result.errors.contains("-create table a (x int);\n"), "\(result.errors)")
    #expect(result.errors.contains("+create table a (x bigint);\n"))
  }

  @Test func aLowerVersionAppearsLater() async throws {
    let place = try await Place(["2_b.sql": "create table b (x int);"])
    #expect(try await place.migrate().status == 0)
    try place.folder.write("1_a.sql", "create table a (x int);")
    let refused = try await place.migrate()
    #expect(refused.status == 4)
    #expect(refused.errors.contains("1_a.sql"))
    #expect(try await place.ask("select to_regclass('a')") == nil)
    #expect(try await place.migrate("--allow-out-of-order").status == 0)
    #expect(try await place.history() == "1 2")
  }

  @Test func aFileBeginsWithAnEmptySearchPath() async throws {
    let place = try await Place([
      "1_a.sql": "select pg_catalog.set_config('search_path', '', false); create table public.a (x int);",
      "2_b.sql": "create table b (x int);",
    ])
    #expect(try await place.migrate().status == 0)
    #expect(try await place.ask("select to_regclass('public.b')") == "b")
    #expect(try await place.history() == "1 2")
  }

  @Test(arguments: ["", "if not exists "])
  func aUniqueIndexBuiltConcurrentlyFails(guarding: String) async throws {
    let place = try await Place([
      "1_a.sql": "create table a (x int); insert into a values (1), (1);",
      "2_b.sql": "-- muster: no-transaction\ncreate unique index concurrently \(guarding)a_x on a (x);",
    ])
    let valid = "select bool_and(indisvalid) from pg_index where indrelid = 'a'::regclass"
    for _ in 1...2 {
      let result = try await place.migrate()
      #expect(result.status == 1)
      #expect(result.errors.contains("23505"), "\(result.errors)")
      #expect(try await place.history() == "1")
    }
    try await script("delete from a where ctid = '(0,1)'", in: place.database)
    let mended = try await place.migrate()
    #expect(mended.status == 0, "\(mended.errors)")
    #expect(try await place.ask(valid) == "t")
    #expect(try await place.ask("select count(*) from pg_index where indrelid = 'a'::regclass") == "1")
  }

  @Test func copyFromStdinWithDataInTheFile() async throws {
    let place = try await Place([
      "1_a.sql":
        "create table a (x int, y text);\ncopy a from stdin;\n1\tone; and more\n2\t\\N\n\\.\nselect 1;"
    ])
    #expect(try await place.migrate().status == 0)
    #expect(
      try await place.ask("select string_agg(x || coalesce(y, '-'), ' ' order by x) from a")
        == "1one; and more 2-")
  }

  @Test func aCommitInsideAFileThenAnError() async throws {
    let place = try await Place(["1_a.sql": "create table a (x int);\ncommit;\nselect 1 / 0;"])
    let refused = try await place.migrate()
    #expect(refused.status == 2)
    #expect(refused.errors.contains("1_a.sql:2:1: COMMIT in a file"))
    #expect(try await place.ask("select to_regclass('a')") == nil)
    try place.folder.write("1_a.sql", "create table a (x int);")
    #expect(try await place.migrate().status == 0)
  }

  /// The reader commits only when another query has passed by, which without a lock timeout would never be.
  @Test func anAlterBehindALongReader() async throws {
    let place = try await Place(["1_a.sql": "alter table a add y int;"])
    try await script("create table a (x int)", in: place.database)
    let reader = try await PostgresConnection.connect(place.database)
    _ = try await reader.run { try $0.execute("begin; select from a") }
    async let migration = place.migrate("--lock-timeout", "500ms")
    try await eventually {
      try await place.ask(
        """
        select exists (select from pg_locks where relation = 'a'::regclass and not granted)
        """) == "t"
    }
    try await script("set statement_timeout = '60s'; select from a", in: place.database)
    let process = reader.backendProcessID
    // The look at who blocks was answered.
    try await eventually {
      try await place.ask(
        """
        select exists (select from pg_stat_activity where datname = current_database()
          and pid <> pg_backend_pid() and state = 'idle' and query like '%pg_blocking_pids%')
        """) == "t"
    }
    _ = try await reader.run { try $0.execute("commit") }
    let result = try await migration
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("waits for pid \(process), user postgres"), "\(result.errors)")
  }

  @Test(arguments: ["", "-- muster: no-transaction\n"])
  func theClientIsKilledAndRunAgain(directive: String) async throws {
    let place = try await Place([
      "1_a.sql": directive
        + "create table a (x int);\nselect pg_advisory_xact_lock(7);\ninsert into a values (1);"
    ])
    let holder = try await PostgresConnection.connect(place.database)
    _ = try await holder.run { try $0.execute("select pg_advisory_lock(7)") }
    let waiting = """
      select pid from pg_locks where locktype = 'advisory' and objid = 7 and not granted
        and database = (select oid from pg_database where datname = current_database())
      """
    let killed = try await run(
      .path(musterPath), arguments: ["migrate", "--dir", place.folder.path, "--lock-timeout", "0"],
      environment: .custom(plain(["DATABASE_URL": place.database.conninfo])), input: .none,
      output: .sequence, error: .discarded
    ) { execution in
      try await eventually { try await place.ask("select exists (\(waiting))") == "t" }
      try execution.send(signal: .kill)
    }
    #expect(killed.terminationStatus == .signaled(9))
    _ = try await holder.run { try $0.execute("select pg_advisory_unlock(7)") }
    let again = try await place.migrate()
    #expect(again.status == 0, "\(again.errors)")
    #expect(try await place.ask("select count(*) from a") == "1")
    #expect(try await place.history() == "1")
  }
}
