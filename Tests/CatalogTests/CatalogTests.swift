import Catalog
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

extension Scratch {
  func catalog() async throws -> Catalog { try await connection.run { try Catalog.read($0) } }

  static func rich() async throws -> Scratch {
    let scratch = try await Scratch.make()
    try await scratch.execute(RichSchema.roles)
    try await scratch.makeRich()
    return scratch
  }

  func makeRich() async throws {
    try await execute(RichSchema.sql)
    if try await value("select count(*) from pg_available_extensions where name = 'pg_trgm'") == "1" {
      try await execute(RichSchema.trigrams)
    }
    if connection.serverVersion >= 180_000 { try await execute(RichSchema.eighteen) }
  }
}

@Suite struct CatalogTests {
  @Test func `the same statements make the same catalog`() async throws {
    let first = try await Scratch.rich()
    // OIDs that differ from the first one's in their order too.
    let second = try await Scratch.make()
    try await second.execute("create table public.before (a int); drop table public.before")
    try await second.makeRich()
    let (one, two) = (try await first.catalog(), try await second.catalog())
    #expect(Catalog.difference(expected: one, actual: two).map(\.line) == [])
    #expect(one.fingerprint == two.fingerprint)
    #expect(one.objects.count > 100)
  }

  @Test func `what a catalog says makes the same catalog`() async throws {
    let scratch = try await Scratch.rich()
    let catalog = try await scratch.catalog()
    let copy = try await Scratch.make()
    try await copy.execute("set check_function_bodies = off")
    let objects = catalog.creationOrder
    for object in objects {
      let isMade = object.partOf.allSatisfy { catalog[$0] == nil }
      for statement in isMade ? object.create : object.additions {
        do {
          try await copy.execute(statement)
        } catch {
          Issue.record("\(object.identity): \(statement)\n\(error)")
        }
      }
    }
    for statement in objects.flatMap(\.finish) { try await copy.execute(statement) }
    let differences = Catalog.difference(expected: catalog, actual: try await copy.catalog())
    #expect(differences.map(\.line) == [])
  }
}
