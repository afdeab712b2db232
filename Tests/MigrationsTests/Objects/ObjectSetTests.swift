import Migrations
import TestSupport
import Testing

@Suite struct ObjectSetTests {
  @Test(
    arguments: [
      ("create view v as select 1;\n\n  create table t (x int);", "objects/bad.sql:3:3", "CREATE TABLE"),
      ("create view v as select 1;\ngrant select on w to public;", "objects/bad.sql:2:1", "does not define"),
      (
        "create view v as select 1;\ncomment on trigger v on v is 'x';", "objects/bad.sql:2:1",
        "does not define"
      ),
      (
        "create policy p on t;\nalter table u enable row level security;", "objects/bad.sql:2:1",
        "does not define"
      ),
      (
        "create view a as select 1;\ncreate or replace view A as select 2;", "objects/bad.sql:2:1",
        "also defined at"
      ),
      (
        "create function f(a int) returns int return 1;\ncreate function f(int) returns int return 2;",
        "objects/bad.sql:2:1", "also defined at"
      ),
      ("-- muster: no-transaction\ncreate view v as select 1;", "objects/bad.sql", "one transaction"),
      ("begin;\ncreate view v as select 1;\ncommit;", "objects/bad.sql:1:1", "BEGIN"),
      ("-- nothing", "objects/bad.sql", "no statement"),
      ("create view v as select 'x;", "objects/bad.sql:1:25", "never closed"),
      ("copy t from stdin;\n1\n\\.\n", "objects/bad.sql:1:1", "COPY"),
    ])
  func `what cannot be a set of code objects is refused before anything runs`(
    sql: String, place: String, reason: String
  ) async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder(["1_a.sql": "create table t (x int)", "objects/bad.sql": sql])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 2)
    #expect(error.description.hasPrefix("\(folder.path)/\(place): "), "\(error)")
    #expect(error.description.contains(reason), "\(error)")
    #expect(try await scratch.value("select to_regnamespace('muster') is null") == "t")
  }

  @Test func `two files cannot define one object, whatever they call it`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "select;",
      "objects/a.sql": "create view v as select 1 x;",
      "objects/deep/b.sql": "create view public.v as select 2 x;",
    ])
    let error = try await scratch.migrator(folder).failure()
    #expect(error.exitCode == 1)
    #expect(
      error.description.contains("deep/b.sql:1:1: view public.v is also what the definition at"), "\(error)")
    #expect(try await scratch.value("select to_regclass('v') is null") == "t")
  }

  @Test func `every .sql file below the folder counts, and nothing else`() async throws {
    let scratch = try await Scratch.make()
    let folder = try Folder([
      "1_a.sql": "select;",
      "objects/README.md": "not SQL", "objects/.hidden.sql": "nonsense", "objects/.git/x.sql": "nonsense",
      "objects/one/two/three.sql": "create view v as select 1 x;",
    ])
    let report = try await scratch.migrator(folder).migrate()
    #expect(report.objects.map(\.description) == ["created view public.v (objects/one/two/three.sql)"])
  }
}
