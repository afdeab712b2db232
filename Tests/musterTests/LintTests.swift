import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite("muster lint")
struct LintTests {
  /// A repository with migrations 1 and 4 on `main`, and a branch `topic` that left it when there was only 1.
  private static func repository() async throws -> Folder {
    let home = try Folder(["db/migrations/1_a.sql": "create table a (x int);\n"])
    try await git("init", "--quiet", "--initial-branch=main", in: home.path)
    try await commit("one", in: home.path)
    try await git("branch", "topic", in: home.path)
    try home.write("db/migrations/4_d.sql", "create table d (x int);\n")
    try await commit("four", in: home.path)
    try await git("checkout", "--quiet", "topic", in: home.path)
    return home
  }

  private static func commit(_ message: String, in folder: String) async throws {
    try await git("add", "--all", in: folder)
    try await git(
      "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message", message,
      in: folder)
  }

  private static func git(_ arguments: String..., in folder: String) async throws {
    let result = try await run(
      .name("git"), arguments: Arguments(arguments), workingDirectory: FilePath(folder), output: .discarded,
      error: .string(limit: 1 << 16))
    #expect(result.terminationStatus == .exited(0), "git \(arguments): \(result.standardError)")
  }

  private static func lint(
    _ arguments: String..., in folder: String, environment: [String: String] = [:]
  ) async throws -> ToolResult {
    try await muster(with: ["lint"] + arguments, environment: environment, folder: folder)
  }

  @Test("says where each file is no good, without a database")
  func files() async throws {
    let home = try Folder([
      "migrations/1_a.sql": "create table a (x int);", "migrations/2_b.sql": "\nselect 'é",
      "migrations/3_c.sql": "commit;",
      "migrations/4_d.sql": "-- muster: nonsense\nselect 1",
    ])
    let result = try await Self.lint(in: home.path)
    #expect(result.status == 1)
    let places = result.output.split(separator: "\n").filter { $0.hasSuffix("[invalid]") }
      .map { $0.split(separator: " ")[0] }
    #expect(places == ["migrations/2_b.sql:2:8:", "migrations/3_c.sql:1:1:", "migrations/4_d.sql:1:12:"])
    #expect(result.errors == "muster: 4 migrations: 3 findings\n")
    try home.write("migrations/04_e.sql", "select 1")
    let twice = try await Self.lint(in: home.path)
    #expect(twice.status == 1 && twice.output.contains("version 4 is also"))
    #expect(try await Self.lint("--dir", "nowhere", in: home.path).status == 2)
  }

  @Test("has nothing to say of a branch that only adds behind the base")
  func clean() async throws {
    let home = try await Self.repository()
    try home.write("db/migrations/5_e.sql", "create table e (x int);")
    let result = try await Self.lint("--dir", "db/migrations", "--base", "main", in: home.path)
    #expect(result.status == 0 && result.output.isEmpty)
    #expect(result.errors == "muster: 2 migrations, compared with main: nothing found\n")
  }

  @Test("finds what the base's databases would refuse", arguments: [".", "db", "db/migrations"])
  func branch(folder: String) async throws {
    let home = try await Self.repository()
    try home.write("db/migrations/1_a.sql", "create table a (x bigint);\n")
    try home.write("db/migrations/3_c.sql", "create table c (x int);\n")
    let path = [".": "db/migrations", "db": "migrations", "db/migrations": "."][folder] ?? ""
    let result = try await Self.lint("--dir", path, "--base", "main", in: "\(home.path)/\(folder)")
    #expect(result.status == 1)
    #expect(
      result.output == """
        \(path)/1_a.sql:1:1: edited, and main has it already: databases that applied it would refuse it; put it back and \
        write the change as a new migration [edited]
        --- 1_a.sql on main
        +++ \(path)/1_a.sql here
        @@ -1,1 +1,1 @@
        -create table a (x int);
        +create table a (x bigint);
        \(path)/3_c.sql:1:1: new, and below version 4, which main has already: databases at 4 would refuse it; give it a \
        version above 4, such as 5 [out-of-order]

        """)
    let json = try await Self.lint("--dir", path, "--base", "main", "--json", in: "\(home.path)/\(folder)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.map { $0["rule"] as? String } == ["edited", "out-of-order"])
    #expect((object["base"] as? [String: String])?["name"] == "main")
  }

  @Test("works in a worktree, and in a hook, for which git names its own folders")
  func worktree() async throws {
    let home = try await Self.repository()
    try await Self.git("worktree", "add", "--quiet", "-b", "other", "tree", "topic", in: home.path)
    try home.write("tree/db/migrations/2_b.sql", "create table b (x int);")
    let hook = ["GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_WORK_TREE": "."]
    for environment in [[:], hook] {
      let result = try await Self.lint(
        "--dir", "db/migrations", "--base", "main", in: "\(home.path)/tree", environment: environment)
      #expect(result.status == 1)
      #expect(
        result.output.hasPrefix("db/migrations/2_b.sql:1:1: new, and below version 4"), "\(result.errors)")
    }
  }

  @Test("says how to fetch the base in a shallow clone, and then finds it under its plain name")
  func shallow() async throws {
    let home = try await Self.repository()
    try home.write("db/migrations/2_b.sql", "create table b (x int);")
    try await Self.commit("two", in: home.path)
    let clones = try Folder()
    try await Self.git(
      "clone", "--quiet", "--depth=1", "--branch=topic", "file://\(home.path)", "clone", in: clones.path)
    let clone = "\(clones.path)/clone"
    let missing = try await Self.lint("--dir", "db/migrations", "--base", "main", in: clone)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("git knows no branch, tag or commit \"main\" here"))
    let advice = "git fetch --depth=1 origin main:refs/remotes/origin/main"
    #expect(missing.errors.contains(advice))
    try await Self.git("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main", in: clone)
    for base in ["main", "origin/main"] {
      let result = try await Self.lint("--dir", "db/migrations", "--base", base, in: clone)
      #expect(result.status == 1)
      #expect(
        result.output.hasPrefix(
          "db/migrations/2_b.sql:1:1: new, and below version 4, which origin/main has already"))
      #expect(result.errors.contains("this clone does not reach back"))
    }
  }

  @Test("reads hooks, down files and included files, and asks the environment for nothing")
  func everything() async throws {
    let home = try Folder([
      "migrations/1_a.sql": "-- muster: env SECRET\nselect :'SECRET';\n\\ir parts/a.inc\n",
      "migrations/1_a.down.sql": "drop table 'a", "migrations/parts/a.inc": "select (1;",
      "migrations/hooks/after_deploy.sql": "commit;", "migrations/objects/t.sql": "create table t (x int);",
    ])
    let result = try await Self.lint(in: home.path)
    #expect(result.status == 1)
    let places = result.output.split(separator: "\n").filter { $0.hasSuffix("[invalid]") }
      .map { $0.split(separator: " ")[0] }
    #expect(
      places == [
        "migrations/parts/a.inc:1:8:", "migrations/1_a.down.sql:1:12:",
        "migrations/hooks/after_deploy.sql:1:1:",
        "migrations/objects/t.sql:1:1:",
      ])
    try home.write("migrations/parts/a.inc", "select 1;")
    try home.write("migrations/1_a.down.sql", "drop table a")
    try home.remove("migrations/hooks/after_deploy.sql")
    try home.write("migrations/objects/t.sql", "create view t as select 1;")
    #expect(try await Self.lint(in: home.path).status == 0)
  }

  @Test("takes a file that the base's files include for a part of them")
  func included() async throws {
    let home = try Folder([
      "db/migrations/1_a.sql": "\\ir ../parts/a.sql\n\\i db/parts/b.sql\n", "db/parts/a.sql": "select 'a';\n",
      "db/parts/b.sql": "select 'b';\n",
    ])
    try await Self.git("init", "--quiet", "--initial-branch=main", in: home.path)
    try await Self.commit("one", in: home.path)
    let same = try await Self.lint("--dir", "db/migrations", "--base", "main", in: home.path)
    #expect(same.status == 0, "\(same.output)\(same.errors)")
    for part in ["a", "b"] {
      try home.write("db/parts/\(part).sql", "select 'edited';\n")
      let edited = try await Self.lint("--dir", "db/migrations", "--base", "main", in: home.path)
      #expect(edited.status == 1)
      #expect(edited.output.contains("+select 'edited';") && edited.output.contains("[edited]"))
      try home.write("db/parts/\(part).sql", "select '\(part)';\n")
    }
  }

  @Test("says so where there is no git, no repository, or no such branch")
  func absent() async throws {
    let home = try Folder(["migrations/1_a.sql": "select 1"])
    let outside = try await Self.lint("--base", "main", in: home.path)
    #expect(
      outside.status == 2 && outside.errors.contains("git sees no working copy here: not a git repository"))
    let without = try await Self.lint("--base", "main", in: home.path, environment: ["PATH": "/nonexistent"])
    #expect(without.status == 2 && without.errors.contains("there is no git here"))
    try await Self.git("init", "--quiet", "--initial-branch=main", in: home.path)
    let empty = try await Self.lint("--base", "main", in: home.path)
    #expect(empty.status == 2 && empty.errors.contains("git knows no branch, tag or commit \"main\" here"))
    let option = try await Self.lint("--base=--all", in: home.path)
    #expect(option.status == 2 && option.errors.contains("\"--all\""))
  }
}
