/// Two catalogs side by side.
struct Comparison {
  let expected: Catalog
  let actual: Catalog
  private let turning: TurningPartitions

  init(expected: Catalog, actual: Catalog) {
    self.expected = expected
    self.actual = actual
    turning = TurningPartitions(expected: expected, actual: actual)
  }

  func differences() -> [Difference] {
    var found: [Difference] = []
    for object in expected.objects where !turning.contains(object) {
      if let other = actual[object.identity] {
        found += changes(from: object, to: other)
      } else if isWorthAWord(object, in: expected, missingIn: actual) {
        if object.isImplied {
          found += changes(from: object, to: object.untouched)
        } else if !isFolded(object) {
          found.append(missing(object))
        }
      }
    }
    for object in actual.objects where expected[object.identity] == nil && !turning.contains(object) {
      guard isWorthAWord(object, in: actual, missingIn: expected) else { continue }
      if object.isImplied {
        found += changes(from: object.untouched, to: object)
      } else if let host = actual.host(of: object), expected[host.identity] == nil {
        continue
      } else {
        found.append(extra(object))
      }
    }
    return inOrder(found)
  }

  /// Whether what the object is a part of is there on the other side too, and inherits as it does here.
  private func isWorthAWord(_ object: CatalogObject, in own: Catalog, missingIn other: Catalog) -> Bool {
    guard object.partOf.allSatisfy({ own[$0] == nil || other[$0] != nil }) else { return false }
    guard object.inheritedFrom != nil, let table = object.partOf.first(where: { $0.kind == .table }) else {
      return true
    }
    return own[table]?.facets.filter(\.isAncestry) == other[table]?.facets.filter(\.isAncestry)
  }

  private func extra(_ object: CatalogObject) -> Difference {
    Difference(
      kind: .extra, identity: object.identity, facet: "", line: "\(object.identity) is not in the files",
      undo: object.drop.isEmpty ? [] : [object.drop])
  }

  private func missing(_ object: CatalogObject) -> Difference {
    let hosted = expected.creationOrder.filter {
      $0.host != nil && isFolded($0) && expected.host(of: $0)?.identity == object.identity
    }
    let whole = [object] + hosted
    let parts = whole.flatMap { whole in expected.objects.filter { $0.partOf.contains(whole.identity) } }
    let create = actual.create(object)
    return Difference(
      kind: .missing, identity: object.identity, facet: "", line: "\(object.identity) is missing",
      undo: (create.isEmpty ? ["-- make the \(object.identity) by hand"] : create)
        + hosted.flatMap(\.create) + parts.flatMap(\.additions) + whole.flatMap(\.finish))
  }

  /// Whether a missing object is made again with the relation that it is on, and not mentioned by itself. It is where it needs
  /// something else that is missing.
  private func isFolded(_ object: CatalogObject) -> Bool {
    guard let host = expected.host(of: object), actual[host.identity] == nil else { return false }
    return object.dependsOn.allSatisfy { needed in
      actual[needed] != nil || needed == host.identity || needed.kind == .column
        || expected[needed].flatMap { expected.host(of: $0) }?.identity == host.identity
    }
  }

  // MARK: Objects on both sides

  private func changes(from expected: CatalogObject, to actual: CatalogObject) -> [Difference] {
    let pairs = facetPairs(expected, actual)
    let rebuild = Rebuild(expected: self.expected, actual: self.actual)
    guard pairs.allSatisfy({ $0.statements != nil }) else {
      let words = pairs.map(\.words).joined(separator: "; ")
      return [
        changed(expected, pairs.map(\.name).joined(separator: ", "), words, rebuild.statements(for: expected))
      ] + privileges(expected, actual) + order(expected, actual)
    }
    let facets = pairs.map { pair in
      changed(expected, pair.name, pair.words, rebuild.around(pair, of: expected))
    }
    return facets + privileges(expected, actual) + order(expected, actual)
  }

  private func facetPairs(_ expected: CatalogObject, _ actual: CatalogObject) -> [FacetPair] {
    let names = expected.facets.map(\.name) + actual.facets.map(\.name).filter { expected.facet($0) == nil }
    return names.compactMap { name in
      let pair = FacetPair(name: name, expected: expected.facet(name), actual: actual.facet(name))
      guard pair.differs, !isInherited(pair, expected) else { return nil }
      return pair
    }
  }

  /// Whether the parent's object differs in just the same way, so that undoing it there undoes it here.
  private func isInherited(_ pair: FacetPair, _ object: CatalogObject) -> Bool {
    guard let parent = object.inheritedFrom, let expected = expected[parent], let actual = actual[parent]
    else { return false }
    return expected.facet(pair.name)?.text == pair.expected?.text
      && actual.facet(pair.name)?.text == pair.actual?.text
  }

  private func changed(
    _ object: CatalogObject, _ facet: String, _ words: String, _ undo: [String]
  ) -> Difference {
    Difference(
      kind: .changed, identity: object.identity, facet: facet, line: "\(object.identity): \(words)",
      undo: undo)
  }

  private func order(_ expected: CatalogObject, _ actual: CatalogObject) -> [Difference] {
    let (due, there) = (Set(expected.order), Set(actual.order))
    let (expectedOrder, actualOrder) = (
      expected.order.filter(there.contains), actual.order.filter(due.contains)
    )
    guard expectedOrder != actualOrder, expected.facet("values") == nil else { return [] }
    let words =
      "order is \(actualOrder.joined(separator: ", ")); in the files \(expectedOrder.joined(separator: ", "))"
    return [changed(expected, "order", words, [])]
  }

  private func privileges(_ expected: CatalogObject, _ actual: CatalogObject) -> [Difference] {
    guard let due = expected.privileges, let held = actual.privileges else { return [] }
    var grants = held.grants
    // A change of owner takes the old owner's privileges along.
    if let old = actual.facet("owner")?.text, let new = expected.facet("owner")?.text, old != new {
      let ownersGrants = grants.removeValue(forKey: old) ?? [:]
      grants[new, default: [:]].merge(ownersGrants) { $0 || $1 }
    }
    return Set(due.grants.keys).union(grants.keys).sorted().compactMap { grantee in
      let (due_, held_) = (due.grants[grantee] ?? [:], grants[grantee] ?? [:])
      guard due_ != held_ else { return nil }
      return changed(
        expected, "privileges of \(grantee)", PrivilegeWords(grantee, due: due_, held: held_).text,
        due.statements(for: grantee, from: held_))
    }
  }

  // MARK: Order

  /// Nothing but each other depends on these; they go first, for they may be in the way of the rest.
  private static let leaves: Set<ObjectKind> = [
    .view, .materializedView, .rule, .trigger, .policy, .index, .constraint, .statistics, .publication,
    .eventTrigger, .job,
  ]

  private func inOrder(_ found: [Difference]) -> [Difference] {
    let extra = inOrder(found.filter { $0.kind == .extra }, of: actual).reversed()
    let due = inOrder(found.filter { $0.kind != .extra }, of: expected)
    return extra.filter { Self.leaves.contains($0.identity.kind) }
      + due.filter { !isForLast($0) } + due.filter(isForLast)
      + extra.filter { !Self.leaves.contains($0.identity.kind) }
  }

  /// Whether its statement names what another one may have to make first.
  private func isForLast(_ difference: Difference) -> Bool {
    expected[difference.identity]?.facet(difference.facet)?.moment == .atLast
  }

  private func inOrder(_ found: [Difference], of catalog: Catalog) -> [Difference] {
    let places = Dictionary(zip(catalog.creationOrder.map(\.identity), 0...)) { first, _ in first }
    return found.sorted { places[$0.identity] ?? 0 < places[$1.identity] ?? 0 }
  }
}
