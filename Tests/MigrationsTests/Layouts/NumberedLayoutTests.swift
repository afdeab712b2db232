import Migrations
import Testing

@Suite struct NumberedLayoutTests {
  @Test func `golang-migrate: a pair around everything is the transaction that it runs in anyway`() throws {
    let reading = try Reading(
      [
        "1_a.up.sql":
          "-- why\nset client_min_messages = warning;\nBEGIN;\nselect 1;\nselect 2;\nCOMMIT;\n-- done\n",
        "1_a.down.sql": "begin transaction; select -1; end;",
        "2_b.up.sql": "create index concurrently i on t (x)",
        "3_c.up.sql": "begin; select 1; commit; begin; select 2; select 3; commit;",
        "10_d.up.sql": "select 1; commit; select 2; select 3", "4_e.up.sql": "", "x.sql": "x",
      ], as: .golangMigrate)
    #expect(
      try reading.lines == [
        "1 a: set client_min_messages = warning; select 1; select 2 < select -1",
        "2 b: ! create index concurrently i on t (x)", "3 c: ! select 1 | select 2; select 3", "4 e: ",
        "10 d: ! select 1 | select 2; select 3",
      ])
  }

  @Test(arguments: [
    "rollback", "begin isolation level serializable", "prepare transaction 'x'", "commit prepared 'x'",
  ])
  func `what gives a transaction up is refused`(statement: String) throws {
    let reading = try Reading(["1_a.up.sql": "begin;\nselect 1;\n\(statement);\n"], as: .golangMigrate)
    let error = try #require(throws: FileError.self) { try reading.lines }
    #expect(error.description.contains("1_a.up.sql:3:1: "))
  }

  @Test func `sqlx: either kind of name, and a first line`() throws {
    let reading = try Reading(
      [
        "20200101_a_b.sql": "-- no-transaction\nvacuum; select 1", "20200102_c.up.sql": "select 2",
        "20200102_c.down.sql": "-- no-transaction\nselect -2; select -3",
      ])
    #expect(
      try reading.lines == [
        "20200101 a_b: ! vacuum | select 1", "20200102 c: select 2 < ! select -2 | select -3",
      ])
  }

  @Test func `diesel: a folder a version`() throws {
    let reading = try Reading([
      "00000000000000_setup/up.sql": "select 0", "2020-01-02-030405_a_b/up.sql": "select 1;",
      "2020-01-02-030405_a_b/down.sql": "select -1;", "20200103000000_c/up.sql": "select 2; select 3",
      "20200103000000_c/metadata.toml": "run_in_transaction = false", "README.md": "x",
    ])
    #expect(
      try reading.lines == [
        "0 setup: select 0", "20200102030405 a_b: select 1 < select -1",
        "20200103000000 c: ! select 2 | select 3",
      ])
    let hollow = ["1_a/up.sql": "select 1", "2_b/down.sql": "select 1"]
    #expect(throws: FileError.self) { try Reading(hollow) }
  }

  @Test func `supabase: what commits on the way goes in groups`() throws {
    let reading = try Reading(
      [
        "20200101_a.sql": "alter type t add value 'x';\ncommit;\nbegin;\nselect 'x'::t;",
        "20200102_b.sql": "vacuum",
      ],
      as: .supabase)
    #expect(
      try reading.lines == [
        "20200101 a: ! alter type t add value 'x' | select 'x'::t", "20200102 b: ! vacuum",
      ])
  }
}
