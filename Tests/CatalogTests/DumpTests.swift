import Catalog
import PostgresClient
import TestSupport
import Testing

@Suite("muster dump's text")
struct DumpTests {
  private static func read(_ database: Scratch) async throws -> Catalog {
    try await database.connection.run { try Catalog.read($0) }
  }

  /// Puts a dump into an empty database, statement by statement.
  private static func restore(_ dump: Dump) async throws -> Scratch {
    let database = try await Scratch.make()
    await database.connection.run { connection in
      for statement in dump.blocks.joined() {
        do {
          try connection.execute(statement)
        } catch {
          Issue.record("\(error)\n\(statement)")
        }
      }
    }
    return database
  }

  private static func differences(_ a: Catalog, _ b: Catalog) -> [String] {
    Set(a.objects).symmetricDifference(b.objects).map { "\($0)" }.sorted()
  }

  @Test("makes a rich schema again, and is the same text when that is dumped")
  func rich() async throws {
    let original = try await Scratch.make()
    try await original.execute(Everything.roles)
    try await original.execute(Everything.sql)
    let catalog = try await Self.read(original)
    let dump = Dump(catalog)
    let restored = try await Self.restore(dump)
    let copy = try await Self.read(restored)
    #expect(copy.fingerprint == catalog.fingerprint)
    #expect(Self.differences(catalog, copy) == [])
    #expect(Dump(copy).text == dump.text)
  }

  @Test("makes Muster's own schema again")
  func own() async throws {
    let settings = try await Installed.database()
    let catalog = try await PostgresConnection.connect(settings).run { connection in
      defer { connection.close() }
      return try Catalog.read(connection)
    }
    let dump = Dump(catalog)
    let copy = try await Self.read(try await Self.restore(dump))
    #expect(Self.differences(catalog, copy) == [])
    #expect(Dump(copy).text == dump.text)
  }
}
