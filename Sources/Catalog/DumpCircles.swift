/// Functions that need what needs them: a body of BEGIN ATOMIC or RETURN names a table whose default calls the function, or
/// a view that does. Something of the same name and type stands in for such a function until all that its body names is there.
struct DumpCircles {
  /// What is made ahead of the object in that place.
  private(set) var standIns: [Int: [Dump.Block]] = [:]
  /// The functions that are made behind the object in that place rather than in their own.
  private(set) var late: [Int: [Int]] = [:]
  private(set) var isLate: Set<Int> = []

  init(_ order: [CatalogObject], parts: [ObjectIdentity: [CatalogObject]]) {
    var places: [ObjectIdentity: Int] = [:]
    var firstUse: [ObjectIdentity: Int] = [:]
    for (place, object) in order.enumerated() {
      for one in [object] + (parts[object.identity] ?? []) {
        places[one.identity] = place
        for needed in one.dependsOn where firstUse[needed] == nil { firstUse[needed] = place }
      }
    }
    for (place, object) in order.enumerated() {
      guard let standIn = object.standIn else { continue }
      let last = object.dependsOn.compactMap { places[$0] }.max() ?? place
      let first = min(place, firstUse[object.identity] ?? place)
      guard last > place || first < place else { continue }
      standIns[first, default: []].append([standIn])
      if last > place {
        isLate.insert(place)
        late[last, default: []].append(place)
      }
    }
  }
}

extension CatalogObject {
  /// The function without what it does; nil where its body is kept as text, or it is none.
  fileprivate var standIn: String? {
    guard let lines = base.first?.split(separator: "\n", omittingEmptySubsequences: false),
      let language = lines.firstIndex(of: " LANGUAGE sql"),
      let body = lines[language...].firstIndex(where: {
        $0.hasPrefix("BEGIN ATOMIC") || $0.hasPrefix("RETURN ")
      })
    else { return nil }
    let head = lines[..<language] + [" LANGUAGE plpgsql"] + lines[(language + 1)..<body]
    return (head + ["AS 'begin end'"]).joined(separator: "\n")
  }
}
