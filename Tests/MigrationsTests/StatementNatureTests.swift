import Migrations
import SQLText
import Testing

@Suite struct StatementNatureTests {
  private static func nature(_ text: String) throws -> StatementNature {
    let source = try SQLSource(name: "x", text: text)
    return StatementNature(try #require(try Splitter.split(source).statements.first), in: source)
  }

  @Test(
    arguments: [
      ("create index concurrently i on t (a)", "i", "t"),
      (
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I\"\"x\" ON ONLY s.\"T\" USING btree (a)", "I\"x",
        "s.\"T\""
      ),
      ("create index concurrently on s . t using gin (a)", nil, "s . t"),
      ("create index concurrently Mixed -- c\n on t(a)", "mixed", "t"),
    ] as [(String, String?, String)])
  func `knows which index is built on what`(text: String, name: String?, table: String) throws {
    #expect(try Self.nature(text) == .createIndexConcurrently(.init(name: name, table: table)))
  }

  @Test(arguments: [
    "vacuum analyze t", "alter system set x = 1", "create database d", "drop index concurrently i",
    "reindex index concurrently i",
  ])
  func `knows what bears no transaction`(text: String) throws {
    guard case .outsideTransaction = try Self.nature(text) else { return #expect(Bool(false), "\(text)") }
  }

  @Test(arguments: [
    "set lock_timeout = 1", "reset all", "set role x", "select set_config('a.b', 'c', false)",
  ])
  func `knows what holds for the session`(text: String) throws {
    #expect(try Self.nature(text) == .sessionSetting)
  }

  @Test(arguments: [
    "create index i on t (a)", "select 1", "set local lock_timeout = 1", "call p()", "do 'begin end'",
  ])
  func `takes the rest as ordinary`(text: String) throws {
    #expect(try Self.nature(text) == .ordinary)
  }
}
