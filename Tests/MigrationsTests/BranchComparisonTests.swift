import Migrations
import Testing

@Suite struct BranchComparisonTests {
  /// `1_a` is a file whose text is `select '1_a'`, `1_a=x` one with the text `x`.
  private static func files(_ names: String) throws -> [MigrationFile] {
    try names.split(separator: " ").map { word in
      let parts = word.split(separator: "=")
      let name = parts[0].split(separator: "_")
      return MigrationFile(
        version: try #require(Version(name[0])), name: String(name[1]), path: "m/\(parts[0]).sql",
        bytes: Array((parts.count > 1 ? String(parts[1]) : "select '\(parts[0])'").utf8))
    }
  }

  private static func findings(_ here: String, _ there: String, from before: String?) throws -> [String] {
    try BranchComparison(
      here: files(here), there: files(there), before: before.map(files), base: "main", folder: "m"
    ).findings.map { "\($0.rule.rawValue) \($0.path)" }
  }

  @Test(arguments: [
    // here, on the base, where they parted
    ("1_a 2_b", "1_a 2_b", "1_a 2_b"),
    ("1_a 2_b 3_c", "1_a 2_b", "1_a 2_b"),
    ("1_a 3_c", "1_a 2_b", "1_a"),
    ("1_a", "1_a 2_b", "1_a"),
    ("1_a", "1_a=mended", "1_a"),
    ("1_a", "1_better", "1_a"),
    ("1_a 2_b", "1_a", "1_a 2_b"),
    ("1_a 2_b", "", ""),
  ])
  func `what a merge may bring`(here: String, there: String, before: String) throws {
    #expect(try Self.findings(here, there, from: before) == [])
  }

  @Test(arguments: [
    ("1_a 2_b 4_d", "1_a 3_c 5_e", "1_a", ["out-of-order m/2_b.sql", "out-of-order m/4_d.sql"]),
    ("1_a 2_b=x", "1_a 3_c=x", "1_a", ["out-of-order m/2_b.sql"]),
    ("1_a 2_b", "1_a 2_c", "1_a", ["version-taken m/2_b.sql"]),
    ("1_a 2_b=x", "1_a 2_b=y", "1_a", ["version-taken m/2_b.sql"]),
    ("1_a=x 2_b", "1_a 2_b", "1_a 2_b", ["edited m/1_a.sql"]),
    ("1_a=x", "1_a=y", "1_a", ["edited m/1_a.sql"]),
    ("2_b", "1_a 2_b", "1_a 2_b", ["removed m/1_a.sql"]),
    ("1_a", "1_a 2_b 3_c", "1_a 2_b", ["removed m/2_b.sql"]),
    ("1_other=x 2_b", "1_a=x 2_b", "1_a=x 2_b", ["renamed m/1_other.sql"]),
    ("2_b 3_a=x", "1_a=x 2_b", "1_a=x 2_b", ["renamed m/3_a.sql"]),
  ])
  func `what a merge must not bring`(here: String, there: String, before: String, expected: [String]) throws {
    #expect(try Self.findings(here, there, from: before) == expected)
  }

  @Test(arguments: [
    ("1_a 2_b 4_d", "1_a 3_c 5_e", ["out-of-order m/2_b.sql", "out-of-order m/4_d.sql"]),
    ("1_a 2_b", "1_a 2_c", ["version-taken m/2_b.sql"]),
    ("1_a=x 2_b", "1_a 2_b", ["edited m/1_a.sql"]),
    ("2_b", "1_a 2_b", ["removed m/1_a.sql"]),
    ("1_other=x 2_b", "1_a=x 2_b", ["renamed m/1_other.sql"]),
    ("2_b 3_a=x", "1_a=x 2_b", ["renamed m/3_a.sql"]),
    // Whether these were removed here or are newer there cannot be told.
    ("1_a", "1_a 2_b 3_c", []),
    ("1_a 4_d", "1_a 2_b 3_c", []),
  ])
  func `what shows without the commit where the branches parted`(
    here: String, there: String, expected: [String]
  ) throws {
    #expect(try Self.findings(here, there, from: nil) == expected)
  }

  @Test func `line ends are no edit, and what is edited is shown`() throws {
    let there = try Self.files("1_a=x 2_b=y")
    let here = try Self.files("1_a=x\r\n 2_b=y\nz")
    let findings = BranchComparison(here: here, there: there, before: there, base: "origin/main", folder: "m")
      .findings
    #expect(
      findings.map(\.description) == [
        """
        m/2_b.sql:2:1: edited, and origin/main has it already: databases that applied it would refuse it; put it back \
        and write the change as a new migration [edited]
        --- 2_b.sql on origin/main
        +++ m/2_b.sql here
        @@ -1,1 +1,2 @@
         y
        +z
        """
      ])
  }

  @Test func `a version to take instead is named`() throws {
    let comparison = BranchComparison(
      here: try Self.files("0001_a 0003_c"), there: try Self.files("0001_a 0002_b 0004_d"),
      before: try Self.files("0001_a"), base: "main", folder: "m")
    #expect(
      comparison.findings.map(\.message) == [
        "new, and below version 0004, which main has already: databases at 0004 would refuse it; give it a version above"
          + " 0004, such as 0005"
      ])
  }
}
