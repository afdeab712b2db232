import Catalog
import TestSupport
import Testing

@Suite struct SubscriptionTests {
  private static func subscribed(_ more: String = "") async throws -> Scratch {
    let scratch = try await Scratch.make()
    try await scratch.execute(
      """
      create subscription news connection 'dbname=elsewhere password=hidden' publication a, "B"
        with (connect = false, slot_name = none, binary = true, streaming = true, synchronous_commit = 'off'\(more))
      """)
    return scratch
  }

  private static func check(_ change: String, _ line: String, in scratch: Scratch) async throws {
    let expected = try await scratch.catalog()
    try await scratch.execute(change)
    let differences = Catalog.difference(expected: expected, actual: try await scratch.catalog())
    #expect(differences.map(\.line) == [line])
    for statement in differences.flatMap(\.undo) { try await scratch.execute(statement) }
    #expect(try await scratch.catalog().fingerprint == expected.fingerprint, "after \(differences)")
  }

  @Test(arguments: [
    ("set publication a with (refresh = false)", "publications is a; in the files \"B\", a"),
    ("set (slot_name = 'news')", "slot_name is 'news'; in the files none"),
    ("set (binary = false)", "binary is 'false'; in the files 'true'"),
    ("set (streaming = false)", "streaming is 'off'; in the files 'on'"),
    ("set (synchronous_commit = 'local')", "synchronous_commit is 'local'; in the files 'off'"),
    ("set (disable_on_error = true)", "disable_on_error is 'true'; in the files 'false'"),
  ])
  func `a change is told and undone`(change: String, line: String) async throws {
    try await Self.check(
      "alter subscription news \(change)", "subscription news: \(line)", in: try await Self.subscribed())
  }

  @Test(
    .onServer(16),
    arguments: [
      ("origin = 'any'", "origin is 'any'; in the files 'none'"),
      ("run_as_owner = false", "run_as_owner is 'false'; in the files 'true'"),
      ("streaming = parallel", "streaming is 'parallel'; in the files 'on'"),
      ("password_required = true", "password_required is 'true'; in the files 'false'"),
    ])
  func `so is one to what came with 16`(change: String, line: String) async throws {
    let scratch = try await Self.subscribed(", origin = 'none', run_as_owner, password_required = false")
    try await Self.check(
      "alter subscription news set (\(change))", "subscription news: \(line)", in: scratch)
  }

  /// The server it is subscribed to would have to agree to the change.
  @Test(.onServer(17)) func `what came with 17 is told`() async throws {
    let scratch = try await Self.subscribed()
    let expected = try await scratch.catalog()
    try await scratch.execute(
      """
      update pg_subscription set subfailover = true
      where subdbid = (select oid from pg_database where datname = current_database())
      """)
    let differences = Catalog.difference(expected: expected, actual: try await scratch.catalog())
    #expect(
      differences.map(\.line) == ["subscription news: failover is 'true'; in the files 'false'"])
    #expect(differences.flatMap(\.undo) == ["alter subscription news set (failover = 'false')"])
  }

  @Test func `a dump makes it again, without what it connects to`() async throws {
    let catalog = try await Self.subscribed().catalog()
    let dump = Dump(catalog)
    #expect(!dump.text.contains("hidden") && !dump.text.contains("elsewhere"))
    let copy = try await Scratch.make()
    for statement in dump.blocks.joined() { try await copy.execute(statement) }
    #expect(try await copy.catalog().fingerprint == catalog.fingerprint)
  }
}
