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
      ("create index concurrently on s . t using gin (a)", nil, "s.t"),
      ("create index concurrently Mixed -- c\n on t(a)", "mixed", "t"),
    ] as [(String, String?, String)])
  func `knows which index is built on what`(text: String, name: String?, table: String) throws {
    #expect(try Self.nature(text) == .createIndexConcurrently(.init(name: name, table: table)))
  }

  @Test(arguments: [
    "vacuum analyze t", "alter system set x = 1", "create database d", "drop index concurrently i",
    "reindex table t", "reindex (verbose) database",
  ])
  func `knows what bears no transaction`(text: String) throws {
    guard case .outsideTransaction = try Self.nature(text) else { return #expect(Bool(false), "\(text)") }
  }

  @Test(
    arguments: [
      ("reindex index concurrently s.\"I x\"", .index("s.\"I x\"")),
      ("REINDEX (VERBOSE, CONCURRENTLY) TABLE t", .table("t")),
      ("reindex (tablespace x) schema concurrently \"S\"", .schema("S")),
      ("reindex database concurrently", .database),
      ("reindex system concurrently postgres", .database),
    ] as [(String, StatementNature.ReindexTarget)])
  func `knows what is rebuilt`(text: String, target: StatementNature.ReindexTarget) throws {
    #expect(try Self.nature(text) == .reindexConcurrently(target))
  }

  @Test(arguments: [
    "alter table if exists only s.p detach partition \"Q\" concurrently",
    "ALTER TABLE s . p\nDETACH PARTITION -- c\n \"Q\" CONCURRENTLY",
  ])
  func `knows which partition is detached`(text: String) throws {
    #expect(try Self.nature(text) == .detachConcurrently(.init(parent: "s.p", partition: "\"Q\"")))
  }

  @Test(
    arguments: [
      ("create unique index if not exists i on only s.t (a)", "i"),
      ("create index concurrently if not exists i on s.t (a)", nil),
      ("create index i on s.t (a)", nil), ("create table if not exists s.t (index int)", nil),
    ] as [(String, String?)])
  func `knows which index may be there already`(text: String, name: String?) throws {
    let source = try SQLSource(name: "x", text: text)
    let statement = try #require(try Splitter.split(source).statements.first)
    let target = StatementNature.indexThatMayBeThere(statement, in: source)
    #expect(target == name.map { .init(name: $0, table: "s.t") })
  }

  @Test(arguments: [
    "set lock_timeout = 1", "reset all", "set role x", "select set_config('a.b', 'c', false)",
    "prepare p as select 1",
    "listen l", "load 'x'",
  ])
  func `knows what holds for the session`(text: String) throws {
    #expect(try Self.nature(text) == .sessionSetting)
  }

  @Test(arguments: [
    "create index i on t (a)", "select 1", "alter table p detach partition q",
    "alter table p detach partition q finalize", "alter table detach add concurrently int",
    "set local lock_timeout = 1", "call p()", "do 'begin end'",
  ])
  func `takes the rest as ordinary`(text: String) throws {
    #expect(try Self.nature(text) == .ordinary)
  }
}
