import Foundation
import Subprocess
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster repair, baseline and status")
struct RepairTests {
  private static let files = [
    "migrations/1_a.sql": "create table a (x int);\n", "migrations/2_b.sql": "create table b (x int);\n",
    "migrations/3_c.sql": "create table c (x int);\n",
  ]

  private struct Setting {
    let home: Folder
    let database: Scratch

    func run(_ arguments: String...) async throws -> ToolResult {
      try await muster(
        with: arguments, environment: ["DATABASE_URL": database.settings.conninfo], folder: home.path)
    }

    func history(_ columns: String) async throws -> String? {
      try await database.value(
        "select string_agg(concat_ws(' ', \(columns)), ', ' order by version) from muster.migration")
    }
  }

  private static func setting(applied: Bool = true) async throws -> Setting {
    let setting = Setting(home: try Folder(files), database: try await Scratch.make())
    if applied { #expect(try await setting.run("migrate").status == 0) }
    return setting
  }

  private static func steady(_ text: String) -> String {
    text.replacing(/at [0-9TZ:.-]+ by [a-z_]+/, with: "at T by U")
  }

  @Test("shows in a pipeline what it would change and why, and changes it with --yes")
  func edited() async throws {
    let setting = try await Self.setting()
    try setting.home.write("migrations/1_a.sql", "create table a (x bigint);\n")
    try setting.home.remove("migrations/2_b.sql")
    let shown = try await setting.run("repair")
    #expect(shown.status == 1)
    #expect(
      Self.steady(shown.output) == """
        migrations/1_a.sql: counts as applied as it is now; it was edited after it was applied at T by U. The database is \
        not changed: see to it that it has what the file says
        --- 1_a.sql as applied
        +++ migrations/1_a.sql now
        @@ -1,1 +1,1 @@
        -create table a (x int);
        +create table a (x bigint);
        2_b.sql: the history forgets it, for its file is gone. It was applied at T by U; what it made stays
          | create table b (x int);
        2 repairs to make; nothing was changed (--yes makes them)

        """)
    #expect(try await setting.run("migrate").status == 4)
    let done = try await setting.run("repair", "--yes")
    #expect(done.status == 0 && done.output.hasSuffix("2 repairs made\n"))
    #expect(
      try await setting.history("version, btrim(sql, e'\\n')")
        == "1 create table a (x bigint);, 3 create table c (x int);")
    #expect(try await setting.run("migrate").status == 0)
    #expect(try await setting.run("repair").output == "nothing to repair\n")
  }

  @Test("repairs the versions it is given, and forgets those it is told to")
  func chosen() async throws {
    let setting = try await Self.setting()
    try setting.home.write("migrations/1_a.sql", "create table a (x bigint);\n")
    try setting.home.write("migrations/2_b.sql", "create table b (x bigint);\n")
    #expect(try await setting.run("repair", "2", "--yes").status == 0)
    #expect(try await setting.run("status").output.contains("1_a.sql: edited after"))
    #expect(try await setting.run("repair", "--yes").status == 0)
    // What is above every file may be a newer release's: it is forgotten only by name.
    try setting.home.remove("migrations/3_c.sql")
    #expect(try await setting.run("repair", "--yes").output == "nothing to repair\n")
    #expect(try await setting.run("repair", "--forget", "3", "--yes").status == 0)
    #expect(try await setting.history("version") == "1, 2")
    let unknown = try await setting.run("repair", "--forget", "9", "--yes")
    #expect(unknown.status == 2 && unknown.errors.contains("the history has no version 9"))
  }

  @Test("notes checksums anew where line ends or the algorithm changed")
  func refreshed() async throws {
    let setting = try await Self.setting()
    try setting.home.write("migrations/1_a.sql", "\u{FEFF}create table a (x int);\r\n")
    try await setting.database.execute(
      "update muster.migration set checksum = md5(sql), raw_checksum = md5(sql), checksum_algorithm = 'md5-1' where version = '2'"
    )
    let migrate = try await setting.run("migrate")
    #expect(
      migrate.status == 0
        && migrate.errors.contains("warning: 1_a.sql: its line ends or byte-order mark differ"))
    let shown = try await setting.run("repair", "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
    #expect(object["repaired"] as? Bool == false)
    #expect((object["changes"] as? [[String: Any]])?.map { $0["kind"] as? String } == ["refresh", "refresh"])
    #expect(try await setting.run("repair", "--yes").status == 0)
    #expect(
      try await setting.database.value("select count(distinct checksum_algorithm) from muster.migration")
        == "1")
    #expect(try await setting.run("migrate").errors.isEmpty)
  }

  @Test("mends the journal of half-done files")
  func journal() async throws {
    let setting = try await Self.setting()
    let path = "migrations/4_d.sql"
    try setting.home.write(path, "-- muster: no-transaction\ncreate table d (x int);\nselect 1/0;\nselect 2;")
    #expect(try await setting.run("migrate").status == 1)
    let status = try await setting.run("status", "--check")
    #expect(status.status == 1)
    #expect(
      status.output.contains(
        "migrations/4_d.sql was begun: 1 of 3 statements are done; it goes on at migrations/4_d.sql:3:1"))
    #expect(status.output.contains("half done"))
    // What the environment has is of no interest to who only looks.
    try setting.home.write(
      path,
      "-- muster: no-transaction\n-- muster: env ABSENT\ncreate table d (x int);\nselect 1/0;\nselect :'ABSENT';"
    )
    #expect(
      try await setting.run("status").output.contains("1 of 3 statements are done; it goes on at \(path):4:1")
    )
    try setting.home.write(path, "-- muster: no-transaction\ncreate table d (x int);")
    #expect(
      try await setting.run("status").output.contains(
        "1 of 1 statements are done; all that is left is to note it in the history"))
    // A statement that was run was edited since.
    try setting.home.write(path, "-- muster: no-transaction\ncreate table d (x bigint);\nselect 1;")
    #expect(try await setting.run("migrate").status == 4)
    let shown = try await setting.run("repair")
    #expect(shown.status == 1)
    #expect(shown.output.contains("migrations/4_d.sql:2:1: statement 1 counts as done as it is now"))
    #expect(try await setting.run("repair", "--yes").status == 0)
    #expect(try await setting.run("migrate").status == 0)
    // One that is to begin again, and one that was abandoned for a later version.
    try setting.home.write(
      "migrations/5_e.sql", "-- muster: no-transaction\ncreate table e (x int);\nselect 1/0;")
    #expect(try await setting.run("migrate").status == 1)
    #expect(try await setting.run("repair", "--restart", "5", "--yes").status == 0)
    #expect(try await setting.database.value("select count(*) from muster.migration_journal") == "0")
    try setting.home.write("migrations/5_e.sql", "-- muster: no-transaction\nselect 1;\nselect 1/0;")
    #expect(try await setting.run("migrate").status == 1)
    try setting.home.remove("migrations/5_e.sql")
    #expect(try await setting.run("repair", "--yes").output.hasPrefix("version 5 is begun and not finished"))
    try setting.home.write("migrations/6_f.sql", "select 1;")
    let abandoned = try await setting.run("repair", "--yes")
    #expect(
      abandoned.output.contains("the journal forgets that 1 of its statements are done, for its file is gone")
    )
    #expect(try await setting.database.value("select count(*) from muster.migration_journal") == "0")
  }

  @Test("says what no repair mends, and exits with 4")
  func late() async throws {
    let setting = try await Self.setting()
    try setting.home.write("migrations/0_z.sql", "select 1;")
    let result = try await setting.run("repair", "--yes")
    #expect(result.status == 4 && result.output.contains("0_z.sql: not applied, and version 3 behind it is"))
    let allowed = try await setting.run("migrate", "--allow-out-of-order")
    #expect(allowed.status == 0 && allowed.errors.contains("warning: 0_z.sql comes late"))
  }

  @Test("notes what was there before as applied, and what is above it as pending")
  func baseline() async throws {
    let setting = try await Self.setting(applied: false)
    try await setting.database.execute("create table a (x int); create table b (x int)")
    let shown = try await setting.run("baseline", "2")
    #expect(shown.status == 1)
    #expect(shown.output.contains("  1_a.sql\n  2_b.sql\n2 migrations to note; nothing was changed"))
    #expect(try await setting.database.value("select to_regnamespace('muster') is null") == "t")
    #expect(try await setting.run("baseline", "2", "--yes").status == 0)
    #expect(try await setting.run("migrate").output.hasPrefix("applied 3_c.sql"))
    #expect(try await setting.history("version, kind") == "1 baseline, 2 baseline, 3 applied")
    let again = try await setting.run("baseline", "2")
    #expect(
      again.status == 0 && again.output.contains("every migration up to version 2 is in the history already"))
    let status = try await setting.run("status")
    #expect(status.status == 0 && status.output.contains("  baseline  "))
    let unknown = try await setting.run("baseline", "7", "--yes")
    #expect(unknown.status == 2 && unknown.errors.contains("there is no version 7; next to it are 3"))
    // What Muster did not run it does not take back.
    try setting.home.write("migrations/2_b.down.sql", "drop table b")
    try setting.home.write("migrations/3_c.down.sql", "drop table c")
    let back = try await setting.run("migrate", "--to", "1")
    #expect(back.status == 2 && back.errors.contains("2_b.sql: it was there before Muster, by a baseline"))
  }

  @Test("warns where a baseline is made of nothing")
  func emptyBaseline() async throws {
    let setting = try await Self.setting(applied: false)
    let result = try await setting.run("baseline", "1")
    #expect(result.status == 1 && result.errors.contains("this database has no table of its own"))
  }

  @Test("tells a pipeline whether something is pending, and prints what was applied")
  func check() async throws {
    let setting = try await Self.setting()
    #expect(try await setting.run("status", "--check").status == 0)
    try setting.home.write("migrations/4_d.sql", "select 1;")
    #expect(try await setting.run("status").status == 0)
    #expect(try await setting.run("status", "--check").status == 1)
    #expect(try await setting.run("status", "--sql", "0002").output == "create table b (x int);\n")
    #expect(try await setting.run("status", "--sql", "4").status == 2)
    let json = try await setting.run("status", "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["upToDate"] as? Bool == false)
    let lines = try #require(object["migrations"] as? [[String: Any]])
    #expect(lines.map { $0["state"] as? String } == ["applied", "applied", "applied", "pending"])
    #expect(lines.first?["kind"] as? String == "applied")
  }

  @Test("takes back and applies on the command line, with the way shown first")
  func there() async throws {
    let setting = try await Self.setting()
    try setting.home.write("migrations/3_c.down.sql", "drop table c;")
    try setting.home.write("migrations/hooks/after_deploy.sql", "analyze;")
    let plan = try await setting.run("migrate", "--plan", "--to", "2")
    #expect(plan.output.contains("1 migration to take back; nothing was changed"))
    #expect(plan.output.contains("\n3_c.down.sql: 1 statement"))
    let back = try await setting.run("migrate", "--to", "2")
    #expect(back.output.hasPrefix("took back 3_c.sql (1 statement"))
    #expect(back.output.contains("\nran after_deploy.sql (1 statement"))
    #expect(back.output.contains("is at version 2: 1 migration taken back in"))
    let json = try await setting.run("migrate", "--json")
    #expect(json.output.contains("\"hooks\":[{"))
    #expect(json.output.contains("\"applied\":[{") && !json.output.contains("takenBack"))
  }

  @Test("gives the files the variables that are allowed, and keeps their values to itself")
  func variables() async throws {
    let setting = try await Self.setting()
    try setting.home.write(
      "migrations/4_d.sql",
      "-- muster: env ASKED\ncreate table d as select :'ASKED' as asked, :'GIVEN' as given;\n")
    try setting.home.write("migrations/hooks/before_deploy.sql", "select :'GIVEN';\n")
    func run(_ environment: [String: String], _ arguments: String...) async throws -> ToolResult {
      let all = environment.merging(["DATABASE_URL": setting.database.settings.conninfo]) { $1 }
      return try await muster(with: arguments, environment: all, folder: setting.home.path)
    }
    let secrets = ["ASKED": "first'secret", "GIVEN": "second secret", "OTHER": "third"]
    let unasked = try await run(["GIVEN": "x"], "migrate", "--env", "GIVEN")
    #expect(unasked.status == 2 && unasked.errors.contains("ASKED"))
    let ungiven = try await run(["ASKED": "x"], "migrate", "--env", "GIVEN")
    #expect(ungiven.status == 2 && ungiven.errors.contains("the environment has no GIVEN"))
    #expect(try await setting.history("version") == "1, 2, 3")
    let done = try await run(secrets, "migrate", "--env", "GIVEN")
    #expect(done.status == 0, "\(done.errors)")
    #expect(
      try await setting.database.value("select asked || ' ' || given from d") == "first'secret second secret")
    #expect(try await setting.history("sql")?.contains("secret") == false)
    #expect(!(done.output + done.errors).contains("secret"))
    // Another value is no edit, and the value is in no difference either.
    #expect(try await run(["ASKED": "other", "GIVEN": "other"], "migrate", "--env", "GIVEN").status == 0)
    try setting.home.write("migrations/4_d.sql", "-- muster: env ASKED\nselect :'ASKED';\n")
    let edited = try await run(secrets, "migrate", "--env", "GIVEN")
    #expect(edited.status == 4 && edited.errors.contains("+select :'ASKED';"))
    #expect(!(edited.output + edited.errors).contains("secret"))
  }

  @Test("looks at a tenant's history, and repairs it, by the name of its schema")
  func tenant() async throws {
    let setting = try await Self.setting(applied: false)
    try await setting.database.execute("create schema shop; create schema other")
    let line = setting.database.name
    try setting.home.write("targets.txt", "\(line) schema=shop\n\(line) schema=other\n")
    #expect(try await setting.run("migrate", "--targets", "targets.txt").status == 0)
    try setting.home.write("migrations/1_a.sql", "create table a (x bigint);\n")
    #expect(try await setting.run("status").output.contains("0 applied, 3 pending"))
    #expect(try await setting.run("status", "--schema", "shop").status == 4)
    #expect(try await setting.run("repair", "--schema", "shop", "--yes").status == 0)
    #expect(try await setting.run("status", "--schema", "shop").status == 0)
    #expect(try await setting.run("status", "--schema", "other").status == 4)
  }

  @Test("shows a difference in JSON whole")
  func json() async throws {
    let setting = try await Self.setting()
    let long = (1...200).map { "insert into a values (\($0));" }.joined(separator: "\n")
    try setting.home.write("migrations/1_a.sql", long)
    let text = try await setting.run("migrate")
    #expect(text.errors.contains("more changed lines; muster status --json has them all"))
    #expect(!text.errors.contains("(200)"))
    let result = try await setting.run("migrate", "--json")
    #expect(result.status == 4)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let faults = try #require((object["error"] as? [String: Any])?["faults"] as? [[String: Any]])
    #expect(faults.map { $0["kind"] as? String } == ["edited"])
    #expect((faults.first?["diff"] as? String)?.hasSuffix("+insert into a values (200);") == true)
  }
}
