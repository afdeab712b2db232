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
    if let enumeration = EnumChange(object, in: actual) { return enumeration.statements }
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
    let inTheWay: Set<ObjectKind> = [.view, .materializedView, .rule, .policy, .trigger]
    let dependents = dependents(of: [object.identity]).filter { inTheWay.contains($0.identity.kind) }
    return dependents.reversed().map(\.drop) + statements + remade(dependents)
  }

  /// What stands on these objects, directly or not, in an order in which it can be made.
  private func dependents(of roots: Set<ObjectIdentity>) -> [CatalogObject] {
    var reached = roots
    var found: [CatalogObject] = []
    for object in actual.creationOrder where !reached.contains(object.identity) {
      guard !reached.isDisjoint(with: object.dependsOn) || !reached.isDisjoint(with: object.partOf) else {
        continue
      }
      reached.insert(object.identity)
      let isPart = object.partOf.contains { reached.contains($0) }
      if !isPart, !object.drop.isEmpty { found.append(object) }
    }
    return found
  }

  private func remade(_ objects: [CatalogObject]) -> [String] {
    objects.flatMap { whole(expected[$0.identity] ?? $0) }
  }

  private func whole(_ object: CatalogObject) -> [String] {
    object.create + expected.objects.filter { $0.partOf.contains(object.identity) }.flatMap(\.additions)
      + object.finish
  }
}

/// An enum type whose values are others. Values can be added to a type but not taken away.
struct EnumChange {
  let statements: [String]

  init?(_ expected: CatalogObject, in actual: Catalog) {
    guard expected.identity.kind == .type, expected.facet("values") != nil,
      let old = actual[expected.identity], old.facet("values") != nil
    else { return nil }
    let name = expected.identity.name
    if old.order == expected.order.filter(Set(old.order).contains) {
      statements = expected.order.enumerated().compactMap { index, value in
        guard !old.order.contains(value) else { return nil }
        let place =
          index > 0
          ? "after \(expected.order[index - 1])" : expected.order.count > 1 ? "before \(old.order[0])" : ""
        return "alter type \(name) add value \(value) \(place)"
      }
      return
    }
    let former = QualifiedName(name).with { "\($0)_former" }
    let columns = actual.objects.filter {
      $0.identity.kind == .column && !$0.isImplied && $0.inheritedFrom == nil
        && [name, "\(name)[]"].contains($0.facet("type")?.text)
    }
    statements =
      ["alter type \(name) rename to \(former.bare)"] + expected.create
      + columns.flatMap { Self.moving($0) } + ["drop type \(former.text)"]
  }

  private static func moving(_ column: CatalogObject) -> [String] {
    let (table, name) = QualifiedName.split(column.identity.name)
    let type = column.facet("type")?.text ?? ""
    let text = type.hasSuffix("[]") ? "text[]" : "text"
    let alter = "alter table \(table) alter column \(name)"
    let value = column.facet("default")
    return [
      value.map { _ in "\(alter) drop default" }, "\(alter) type \(type) using \(name)::\(text)::\(type)",
      value.map { "\(alter) set default \($0.text)" },
    ].compactMap(\.self)
  }
}
