import Migrations
import PostgresClient
import Testing

@Suite struct ReconciliationTests {
  private static func file(_ version: String, _ text: String = "select 1;\n") throws -> MigrationFile {
    MigrationFile(
      version: try #require(Version(version)), name: "x", path: "m/\(version)_x.sql", bytes: Array(text.utf8))
  }

  private static func entry(_ version: String, _ checksum: Checksum = Checksum(of: Array("select 1;\n".utf8)))
    throws -> HistoryEntry
  {
    HistoryEntry(
      version: try #require(Version(version)), name: "x", checksum: checksum,
      appliedAt: Timestamp(microseconds: 0),
      appliedBy: "ada", milliseconds: 1, musterVersion: "0.1.0")
  }

  @Test func `what is not applied is pending, in order`() throws {
    let result = Reconciliation(
      files: try [Self.file("1"), Self.file("2"), Self.file("3")], history: try [Self.entry("1")])
    #expect(result.applied.map(\.file.version.digits) == ["1"])
    #expect(result.pending.map(\.version.digits) == ["2", "3"])
    #expect(result.faults.isEmpty && result.ahead.isEmpty && result.reencoded.isEmpty)
  }

  @Test func `an edited file is told from changed line ends`() throws {
    let result = Reconciliation(
      files: try [Self.file("1", "select 2;\n"), Self.file("2", "select 1;\r\n")],
      history: try [Self.entry("1"), Self.entry("2")])
    #expect(result.faults.map(\.kind) == ["edited"])
    #expect(result.reencoded.map(\.file.version.digits) == ["2"])
  }

  @Test func `a lower version that comes later, and a file that is gone`() throws {
    let result = Reconciliation(
      files: try [Self.file("2"), Self.file("3"), Self.file("4")],
      history: try [Self.entry("1"), Self.entry("3")])
    #expect(result.faults.map(\.kind) == ["missing", "out-of-order"])
    #expect(result.faults[1].description.hasPrefix("m/2_x.sql: not applied, and version 3 behind it is"))
  }

  @Test func `a database ahead of an older release is no fault`() throws {
    let result = Reconciliation(files: try [Self.file("1")], history: try [Self.entry("1"), Self.entry("2")])
    #expect(result.faults.isEmpty)
    #expect(result.ahead.map(\.version.digits) == ["2"])
  }

  @Test func `a checksum of an unknown kind is judged by the bytes`() throws {
    let raw = Checksum(of: Array("select 1;\n".utf8)).raw
    let known = Checksum(algorithm: "of the future", value: "?", raw: raw)
    let unknown = Checksum(algorithm: "of the future", value: "?", raw: "?")
    let result = Reconciliation(
      files: try [Self.file("1"), Self.file("2")],
      history: try [Self.entry("1", known), Self.entry("2", unknown)])
    #expect(result.faults.map(\.version.digits) == ["2"])
  }
}
