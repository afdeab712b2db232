/// An enum type whose values are others than they should be.
struct EnumValues {
  let type: CatalogObject
  /// The values to add, where that is all.
  let additions: [String]
  /// The columns that are of the type.
  let columns: [CatalogObject]

  /// nil where it is no enum.
  init?(_ expected: CatalogObject, in actual: Catalog) {
    guard expected.facet("values") != nil, let old = actual[expected.identity], old.facet("values") != nil
    else { return nil }
    type = expected
    let name = expected.identity.name
    columns = actual.objects.filter {
      $0.identity.kind == .column && !$0.isImplied && $0.inheritedFrom == nil
        && [name, "\(name)[]"].contains($0.facet("type")?.text)
    }
    guard old.order == expected.order.filter(Set(old.order).contains) else {
      additions = []
      return
    }
    additions = expected.order.enumerated().compactMap { index, value in
      guard !old.order.contains(value) else { return nil }
      let place = index > 0 ? " after \(expected.order[index - 1])" : old.order.first.map { " before \($0)" }
      return "alter type \(name) add value \(value)\(place ?? "")"
    }
  }

  /// Puts a type with the right values in the place of the one that is there. Rows with a value that it has not are refused.
  var replacement: [String] {
    let name = type.identity.name
    let former = QualifiedName(name).with { "\($0)_former" }
    return ["alter type \(name) rename to \(former.bare)"] + type.create + columns.flatMap { moving($0) }
      + ["drop type \(former.text)"]
  }

  private func moving(_ column: CatalogObject) -> [String] {
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
