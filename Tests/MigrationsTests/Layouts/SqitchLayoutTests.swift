import Migrations
import Testing

@Suite struct SqitchLayoutTests {
  private static let plan = """
    %syntax-version=1.0.0
    %project=flip
    %uri=https://example.org/

    # the beginning
    schema 2020-01-01T00:00:00Z Ada <ada@example.org> # makes it
    users/table [schema] 2020-01-02T00:00:00Z Ada <ada@example.org> # users
    @v1 2020-01-03T00:00:00Z Ada <ada@example.org> # first
    users/table [users/table@v1] 2020-01-04T00:00:00Z Ada <ada@example.org> # again
    """

  @Test func `the plan says the order, and what was reworked lies under its tag`() throws {
    let reading = try Reading([
      "sqitch.plan": Self.plan, "deploy/schema.sql": "-- Deploy\nBEGIN;\nselect 1;\nCOMMIT;\n",
      "deploy/users/table@v1.sql": "select 2; alter type t add value 'x'; select 3",
      "deploy/users/table.sql": "select 4; select 5",
      "revert/schema.sql": "BEGIN; select -1; COMMIT;", "verify/schema.sql": "select 0",
    ])
    #expect(
      try reading.lines == [
        "1 schema: select 1 < select -1",
        "2 users/table@v1: ! select 2 | alter type t add value 'x' | select 3",
        "3 users/table: select 4; select 5",
      ])
  }

  @Test func `its configuration says where things are`() throws {
    let reading = try Reading([
      "sqitch.conf":
        "[core]\n\tengine = pg\n\ttop_dir = db\n\textension = ddl\n[engine \"pg\"]\n\ttarget = x\n",
      "db/sqitch.plan": "%project=a\na 2020-01-01T00:00:00Z A <a> # a\n", "db/deploy/a.ddl": "select 1",
    ])
    #expect(try reading.lines == ["1 a: select 1"])
  }

  @Test func `a script that is not there, and a BEGIN that never commits`() throws {
    let error = try #require(throws: FileError.self) { try Reading(["sqitch.plan": "a 2020 A <a> # a"]) }
    #expect(error.fault == .scriptMissing(of: "a") && error.path.hasSuffix("deploy/a.sql"))
    let open = try Reading(["sqitch.plan": "a 2020 A <a> # a", "deploy/a.sql": "begin; select 1;"])
    #expect(throws: FileError.self) { try open.lines }
  }
}
