import Foundation
import Migrations
import Testing

@Suite struct FlywayLayoutTests {
  @Test func `versions, repeatables, undo, subfolders`() throws {
    let reading = try Reading([
      "V1__a_b.sql": "select 1", "sub/V1_10__c.sql": "select 110", "V1.9__d.sql": "select 19",
      "V2.sql": "select 2",
      "R__z.sql": "select 'z'", "R__b.sql": "select 'b'", "U1__a_b.sql": "select -1", "afterMigrate.sql": "x",
      "README.md": "x",
    ])
    #expect(
      try reading.lines == [
        "1 a_b: select 1 < select -1", "1.9 d: select 19", "1.10 c: select 110", "2 : select 2",
        "R__b b: select 'b'", "R__z z: select 'z'",
      ])
  }

  @Test func `files of their own say how one runs`() throws {
    let reading = try Reading([
      "V1__a.sql": "select 1; select 2", "V1__a.sql.conf": "executeInTransaction=false\n",
      "V2__b.sql": "create index concurrently i on t (x); select 1", "V3__c.sql": "select '${x}'",
      "V3__c.sql.conf": "placeholderReplacement = false",
    ])
    #expect(
      try reading.lines == [
        "1 a: ! select 1 | select 2", "2 b: ! create index concurrently i on t (x) | select 1",
        "3 c: select '${x}'",
      ])
  }

  @Test func `placeholders`() throws {
    let files = [
      "flyway.conf": "# why\nflyway.url=x\nflyway.placeholders.Owner = ada\n",
      "V1__a.sql":
        "grant all on t to ${owner};\nselect '${flyway:filename}', '${flyway:defaultSchema}', '$${'",
    ]
    #expect(
      try Reading(files).lines == ["1 a: grant all on t to ada; select 'V1__a.sql', 'public', '$${'"])
    let error = try #require(throws: FileError.self) {
      try Reading(["V1__a.sql": "select 1;\n  select ${nothing}"]).lines
    }
    #expect(error.description.contains("V1__a.sql:2:10: there is no value for the placeholder \"nothing\""))
  }

  @Test func `placeholders that the run says`() throws {
    let text =
      "select '${flyway:user}', '${flyway:database}', '${flyway:workingDirectory}', '${flyway:timestamp}'"
    let file = try #require(try Reading(["V1__a.sql": text]).files.first)
    var session = ScriptSession()
    (session.user, session.database) = ("ada", "shop")
    let script = try file.script(in: session)
    let sent = script.text(script.statements[0])
    #expect(sent.hasPrefix("select 'ada', 'shop', '\(FileManager.default.currentDirectoryPath)', '"))
    #expect(sent.firstMatch(of: /'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'$/) != nil)
    // To be read, and not run, a text needs no session.
    #expect(throws: Never.self) { try file.script() }
  }

  @Test func `a baseline stands in for what is gone`() throws {
    let whole = try Reading(["V1__a.sql": "select 1", "B1__all.sql": "select 1", "V2__b.sql": "select 2"])
    #expect(try whole.lines == ["1 a: select 1", "2 b: select 2"])
    let cut = try Reading(["B1__all.sql": "select 1", "V2__b.sql": "select 2"])
    #expect(try cut.lines == ["1 all: select 1", "2 b: select 2"])
    #expect(cut.files.map(\.isBaseline) == [true, false])
  }

  @Test func `other prefixes than V`() throws {
    let bare = try Reading(["2020__a.sql": "select 1", "R__b.sql": "select 2"])
    #expect(try bare.lines == ["2020 a: select 1", "R__b b: select 2"])
    let own = ["flyway.conf": "flyway.sqlMigrationPrefix=M", "M1__a.sql": "select 1", "V2__b.sql": "x"]
    #expect(try Reading(own, as: .flyway).lines == ["1 a: select 1"])
  }

  @Test func `Java has its place and cannot run`() throws {
    let reading = try Reading(["V1__a.sql": "select 1", "V2__b.java": "class V2__b {}"])
    #expect(throws: FileError.self) { try reading.files[1].script() }
  }
}
