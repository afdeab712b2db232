import Migrations
import SQLText
import Testing

@Suite struct DbmateLayoutTests {
  @Test func `sections, options and odd names`() throws {
    let reading = try Reading([
      "20200101000000_a.sql": "-- why\n-- migrate:up\nselect 1;\nselect 2;\n-- migrate:down\nselect -1;",
      "20200102000000-b.sql":
        "-- migrate:up transaction:false\nselect 1; select 2;\n-- migrate:down transaction:false\nselect 3",
      "20200103000000.sql": "-- migrate:up\nselect 'x\n-- not a marker, migrate:down';",
      "20200104000000_plain.sql": "select 4;",
    ])
    #expect(
      try reading.lines == [
        "20200101000000 a: select 1; select 2 < select -1",
        "20200102000000 b: ! select 1 | select 2 < ! select 3",
        "20200103000000 20200103000000: select 'x\n-- not a marker, migrate:down'",
        "20200104000000 plain: select 4",
      ])
  }

  @Test func `places are those of the whole file`() throws {
    let reading = try Reading(["1_é.sql": "-- é\n-- migrate:up\nselect 1;\n-- migrate:down\n  select 'x"])
    let error = try #require(throws: FileError.self) { try reading.files[0].downScript() }
    #expect(error.description.contains("1_é.sql:5:10"))
    let script = try reading.files[0].script()
    #expect(script.source.position(at: script.statements[0].range.lowerBound).line == 3)
  }

  @Test func `an empty section has nothing to run`() throws {
    #expect(try Reading(["1_a.sql": "-- migrate:up\n\n-- migrate:down\n"]).lines == ["1 a:  < "])
  }
}
