import Catalog
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

/// A rich database that each change is made in a copy of.
private enum Original {
  static let rich = Task {
    let scratch = try await Scratch.rich()
    let catalog = try await scratch.catalog()
    await scratch.connection.close()
    return (catalog, scratch.name)
  }

  static func copy() async throws -> (Catalog, Scratch) {
    let (catalog, name) = try await rich.value
    let settings = try await TemporaryCluster.shared().createDatabase(template: name)
    return (catalog, Scratch(settings: settings, connection: try await PostgresConnection.connect(settings)))
  }
}

@Suite struct DriftTests {
  @Test(arguments: PlantedChange.all)
  func `a change is told in its line and undone by its statements`(change: PlantedChange) async throws {
    let (expected, scratch) = try await Original.copy()
    try await Self.check(change, expected, scratch)
  }

  @Test(.onServer(17), arguments: PlantedChange.since17)
  func `so is one to what came with 17`(change: PlantedChange) async throws {
    let (expected, scratch) = try await Original.copy()
    try await Self.check(change, expected, scratch)
  }

  @Test(.onServer(18), arguments: PlantedChange.since18)
  func `so is one to what came with 18`(change: PlantedChange) async throws {
    let (expected, scratch) = try await Original.copy()
    try await Self.check(change, expected, scratch)
  }

  @Test(arguments: PlantedChange.ofMuster)
  func `a change to Muster's features is told and undone`(change: PlantedChange) async throws {
    let settings = try await Installed.database()
    let scratch = Scratch(settings: settings, connection: try await PostgresConnection.connect(settings))
    try await Self.check(change, try await scratch.catalog(), scratch)
  }

  private static func check(_ change: PlantedChange, _ expected: Catalog, _ scratch: Scratch) async throws {
    if let needed = change.needs {
      let available = try await scratch.value(
        "select count(*) from pg_available_extensions where name = '\(needed)'")
      guard available == "1" else { return }
    }
    try await scratch.execute(change.sql)
    let differences = Catalog.difference(expected: expected, actual: try await scratch.catalog())
    #expect(differences.map(\.line).sorted().joined(separator: "\n") == change.line)
    for statement in differences.flatMap(\.undo) { try await scratch.execute(statement) }
    let rest = Catalog.difference(expected: expected, actual: try await scratch.catalog())
    #expect(rest.map(\.line) == [], "after \(differences.flatMap(\.undo).joined(separator: ";\n"))")
    await scratch.connection.close()
  }
}
