import Digest

/// A database's schema as values: everything in it that DDL made, and nothing of the system's or of the runner's own.
///
///     let live = try await connection.run { try Catalog.read($0) }
///     let differences = Catalog.difference(expected: files, actual: live)
///
/// Two databases that the same files made have equal catalogs, whatever their OIDs and however often it was done.
public struct Catalog: Sendable, Equatable {
  /// In the order of their identities.
  public let objects: [CatalogObject]
  private let places: [ObjectIdentity: Int]

  init(_ objects: [CatalogObject]) {
    self.objects = objects.sorted { $0.identity < $1.identity }
    places = Dictionary(zip(self.objects.map(\.identity), 0...)) { first, _ in first }
  }

  public subscript(identity: ObjectIdentity) -> CatalogObject? { places[identity].map { objects[$0] } }

  /// One hash of everything, in lower-case hexadecimal.
  public var fingerprint: String {
    SHA256.hexDigest(Array(objects.map(\.canonicalText).joined(separator: "\n").utf8))
  }

  /// The objects in an order in which each can be made: behind what it depends on, otherwise by kind and name. Circles
  /// are cut where they are found.
  public var creationOrder: [CatalogObject] {
    var order: [CatalogObject] = []
    var begun: Set<ObjectIdentity> = []
    func visit(_ object: CatalogObject) {
      guard begun.insert(object.identity).inserted else { return }
      for needed in object.partOf + object.dependsOn {
        if let needed = self[needed] { visit(needed) }
      }
      order.append(object)
    }
    for object in objects { visit(object) }
    return order
  }

  /// The same without some of its objects.
  public func without(_ isUnwanted: (ObjectIdentity) -> Bool) -> Catalog {
    Catalog(objects.filter { !isUnwanted($0.identity) })
  }

  /// The same without the jobs of other roles.
  public func onlyJobs(of role: String) -> Catalog {
    without { $0.kind == .job && !$0.name.hasSuffix(" of \(role)") }
  }

  /// The relation or domain that an object is made on.
  func host(of object: CatalogObject) -> CatalogObject? {
    guard let name = object.host else { return nil }
    let kinds: [ObjectKind] = [.table, .view, .materializedView, .foreignTable, .domain]
    return kinds.lazy.compactMap { self[ObjectIdentity($0, name)] }.first
  }

  /// The same without these tables and what is theirs, and without the schemas that hold nothing else.
  public func without(tables names: [String]) -> Catalog {
    let tables = Set(names.map { ObjectIdentity(.table, $0) })
    guard !tables.isEmpty else { return self }
    let theirs = tables.union(
      objects.filter { object in
        object.host.map { tables.contains(ObjectIdentity(.table, $0)) } ?? false
          || object.inheritedFrom.map(tables.contains) ?? false
          || object.partOf.contains(where: tables.contains)
      }.map(\.identity))
    let rest = without(theirs.contains)
    let schemas = Set(names.map { ObjectIdentity(.schema, QualifiedName($0).schema) })
    let needed = Set(rest.objects.flatMap { $0.dependsOn + $0.partOf })
    return rest.without { schemas.contains($0) && $0.name != "public" && !needed.contains($0) }
  }
}
