import Migrations
import Testing

@Suite struct AlembicLayoutTests {
  private static func revision(_ id: String, after: String) -> String {
    "\"\"\"why\n\nRevision ID: \(id)\n\"\"\"\nrevision = '\(id)'\ndown_revision = \(after)\nbranch_labels = None\n"
  }

  @Test func `revisions come in the order of their chain, before any file of SQL`() throws {
    let reading = try Reading([
      "env.py": "", "versions/a.py": Self.revision("c3", after: "(\n    'b2',\n    'b1',  # both\n)"),
      "versions/b.py": Self.revision("b2", after: "\"a1\""),
      "versions/c.py": "revision: str = 'a1'\ndown_revision: Union[str, None] = None\n",
      "versions/d.py": Self.revision("b1", after: "'a1'"), "versions/__init__.py": "",
      "1_next.sql": "select 1",
    ])
    #expect(reading.files.map(\.name) == ["a1", "b1", "b2", "c3", "next"])
    #expect(reading.files.map(\.version.digits) == ["0.1", "0.2", "0.3", "0.4", "1"])
    let error = try #require(throws: FileError.self) { try reading.files[0].script() }
    #expect(error.fault == .notSQL(language: "Python"))
  }

  @Test func `chains that lead nowhere`() throws {
    for (files, fault) in [
      (["a": "'z'"], FileError.Fault.revisionMissing("z", neededBy: "a")),
      (["a": "'b'", "b": "'a'"], .revisionsInCircle),
    ] {
      let named = files.map { ("versions/\($0).py", Self.revision($0, after: $1)) }
      let error = try #require(throws: FileError.self) {
        try Reading(Dictionary(uniqueKeysWithValues: named), as: .alembic)
      }
      #expect(error.fault == fault)
    }
  }
}
