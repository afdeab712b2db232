import TemporaryCluster
import TestSupport
import Testing

/// What the runner does it does itself: no psql, no pg_dump, nothing that a search path would have to find.
@Suite("with an empty PATH")
struct EmptyPathTests {
  @Test("migrating, looking, planning, comparing, dumping and linting need no other program")
  func commands() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let folder = try Folder([
      "1_a.sql": "create table public.a (x int);\ncopy public.a from stdin;\n1\n\\.\n",
      "2_b.sql": "-- muster: no-transaction\ncreate index concurrently a_x on public.a (x);",
      "objects/v.sql": "create view public.v as select x from public.a;",
      "hooks/after_deploy.sql": "analyze public.a;",
    ])
    let scratch = ["--scratch-url", database.conninfo]
    let commands = [
      ["lint"], ["migrate", "--plan"] + scratch, ["migrate"], ["status"], ["drift"] + scratch, ["dump"],
      ["repair"],
    ]
    for command in commands {
      let directory = command == ["dump"] ? [] : ["--dir", folder.path]
      let result = try await muster(
        with: command + directory,
        environment: ["DATABASE_URL": database.conninfo, "PATH": "", "HOME": "/nonexistent"])
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
  }
}
