/// Statements for what ALTER cannot do: the object, and whatever stands on it, is taken away and made again as it should be.
struct Rebuild {
  let expected: Catalog
  let actual: Catalog

  /// Kinds that hold no data and may go and come back.
  private static let rebuildable: Set<ObjectKind> = [
    .view, .materializedView, .function, .procedure, .aggregate, .trigger, .policy, .rule, .index,
    .constraint,
    .statistics, .eventTrigger, .operator, .operatorClass, .cast,
  ]

  /// Makes the object anew as it is expected.
  func statements(for object: CatalogObject) -> [String] {
    if let values = EnumValues(object, in: actual) { return changed(values) }
    let old = actual[object.identity] ?? object
    guard !object.drop.isEmpty, !old.drop.isEmpty else {
      return ["-- make the \(object.identity) anew by hand, as \(object.base.joined(separator: "; "))"]
    }
    let dependents = dependents(of: [object.identity])
    if let table = dependents.first(where: { !Self.rebuildable.contains($0.identity.kind) }) {
      return [
        "-- by hand, for the \(table.identity) depends on it: \(old.drop); \(object.create.joined(separator: "; "))"
      ]
    }
    return dependents.reversed().map(\.drop) + [old.drop] + whole(object) + remade(dependents)
  }

  /// The statements of a change, between which what stands in its way is away.
  func around(_ pair: FacetPair, of object: CatalogObject) -> [String] {
    let statements = pair.statements ?? []
    guard object.identity.kind == .column, pair.name == "type" else { return statements }
    let inTheWay: Set<ObjectKind> = [
      .view, .materializedView, .rule, .policy, .trigger, .function, .procedure,
    ]
    let dependents = dependents(of: [object.identity], rowsOf: Set(object.partOf)).filter {
      inTheWay.contains($0.identity.kind)
    }
    return dependents.reversed().map(\.drop) + statements + remade(dependents)
  }

  /// Values can be added to an enum, but to take one away its columns have to move to another type.
  private func changed(_ values: EnumValues) -> [String] {
    guard values.additions.isEmpty else { return values.additions }
    let roots = [values.type.identity] + values.columns.map(\.identity)
    let dependents = dependents(
      of: Set(roots), rowsOf: Set(values.columns.flatMap(\.partOf)), throughTables: false)
    return dependents.reversed().map(\.drop) + values.replacement + remade(dependents)
  }

  private static let routines: Set<ObjectKind> = [.function, .procedure, .aggregate]

  /// What stands on these objects, directly or not, and the routines that take rows of these tables, in an order in which it
  /// can be made.
  private func dependents(
    of roots: Set<ObjectIdentity>, rowsOf tables: Set<ObjectIdentity> = [], throughTables: Bool = true
  ) -> [CatalogObject] {
    var reached = roots
    var found: [CatalogObject] = []
    for object in actual.creationOrder where !reached.contains(object.identity) {
      let isPart = object.partOf.contains(where: reached.contains)
      let takesRow =
        Self.routines.contains(object.identity.kind) && object.dependsOn.contains(where: tables.contains)
      guard isPart || takesRow || object.dependsOn.contains(where: reached.contains) else { continue }
      guard throughTables || Self.rebuildable.contains(object.identity.kind) else { continue }
      reached.insert(object.identity)
      if !isPart, !object.drop.isEmpty { found.append(object) }
    }
    return found
  }

  private func remade(_ objects: [CatalogObject]) -> [String] {
    objects.flatMap { whole(expected[$0.identity] ?? $0) }
  }

  private func whole(_ object: CatalogObject) -> [String] {
    actual.create(object)
      + expected.objects.filter { $0.partOf.contains(object.identity) }.flatMap(\.additions)
      + object.finish
  }
}
