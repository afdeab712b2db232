/// Partitions that are there on one side only and look like others of their table: jobs make and drop them as time goes by,
/// and they are data as much as schema.
struct TurningPartitions {
  private let identities: Set<ObjectIdentity>

  init(expected: Catalog, actual: Catalog) {
    let (due, there) = (Self.partitions(of: expected), Self.partitions(of: actual))
    identities = Set(
      Self.turning(due, from: expected, besides: there, in: actual)
        + Self.turning(there, from: actual, besides: due, in: expected))
  }

  /// Whether the object is such a partition or stands on one.
  func contains(_ object: CatalogObject) -> Bool {
    identities.contains(object.identity) || object.partOf.contains(where: identities.contains)
      || object.dependsOn.contains(where: identities.contains)
  }

  /// The partitions of one catalog that the other has not, where the other has one of the same shape.
  private static func turning(
    _ partitions: [String: [CatalogObject]], from catalog: Catalog, besides others: [String: [CatalogObject]],
    in other: Catalog
  ) -> [ObjectIdentity] {
    partitions.flatMap { parent, partitions -> [ObjectIdentity] in
      let single = partitions.filter { other[$0.identity] == nil }
      guard !single.isEmpty, let siblings = others[parent] else { return [] }
      let shapes = Set(siblings.map { shape(of: $0, in: other) })
      return single.filter { shapes.contains(shape(of: $0, in: catalog)) }.map(\.identity)
    }
  }

  private static func partitions(of catalog: Catalog) -> [String: [CatalogObject]] {
    Dictionary(
      grouping: catalog.objects.filter { $0.facet("partition of") != nil },
      by: { parent(of: $0.facet("partition of")?.text ?? "") })
  }

  private static func parent(of text: String) -> String { splitName(text).name }

  /// All that the catalog says about a partition, but for its name and its bounds.
  private static func shape(of partition: CatalogObject, in catalog: Catalog) -> String {
    let name = QualifiedName(partition.identity.name).plain
    let parts = catalog.objects(on: partition.identity).map(\.canonicalText)
    let own = partition.canonicalText.split(separator: "\n").filter { !$0.hasPrefix("  partition of: ") }
    return (own.map(String.init) + parts.sorted()).joined(separator: "\n").replacing(name, with: "*")
  }
}

extension Catalog {
  /// What belongs to an object or depends on it directly.
  func objects(on identity: ObjectIdentity) -> [CatalogObject] {
    objects.filter { $0.partOf.contains(identity) || $0.dependsOn.contains(identity) }
  }
}
