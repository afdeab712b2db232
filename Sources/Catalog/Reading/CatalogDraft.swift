/// Where an object stands in this one server's catalogs. It tells while reading what belongs to what, and goes no further.
struct CatalogKey: Hashable {
  var catalog: String
  var oid: String
  /// The number of a column, 0 for the whole.
  var column = "0"

  init(_ catalog: String, _ oid: String, column: String = "0") {
    self.catalog = catalog
    self.oid = oid
    self.column = column
  }
}

/// The objects as they are read, by their keys.
struct CatalogDraft {
  private(set) var objects: [CatalogKey: CatalogObject] = [:]
  /// What is known of tables before their columns are.
  var frames: [CatalogKey: TableFrame] = [:]
  /// What the catalogs keep apart and SQL makes with something else: a default belongs to its table.
  private var parts: [CatalogKey: CatalogKey] = [:]

  mutating func add(_ object: CatalogObject, at key: CatalogKey) {
    objects[key] = object
  }

  mutating func fold(_ part: CatalogKey, into whole: CatalogKey) {
    parts[part] = whole
  }

  mutating func change(_ key: CatalogKey, _ body: (inout CatalogObject) -> Void) {
    guard var object = objects[key] else { return }
    body(&object)
    objects[key] = object
  }

  /// The object that makes what the key stands for.
  func maker(_ key: CatalogKey) -> CatalogObject? {
    if let object = objects[key] { return object }
    var key = key
    for _ in 0..<4 {
      guard let whole = parts[key] else { break }
      key = whole
      if let object = objects[key] { return object }
    }
    return nil
  }

  /// Notes what has to be there before what; of a column, the whole too.
  mutating func link(_ dependent: CatalogKey, to needed: CatalogKey) {
    if needed.column != "0" { link(dependent, to: CatalogKey(needed.catalog, needed.oid)) }
    guard let object = maker(dependent), let other = maker(needed), object.identity != other.identity,
      !other.partOf.contains(object.identity)
    else { return }
    links[object.identity, default: []].insert(other.identity)
  }

  private var links: [ObjectIdentity: Set<ObjectIdentity>] = [:]

  /// The finished catalog: implied objects only where something was done to them.
  func catalog() -> Catalog {
    Catalog(
      objects.values.compactMap { object in
        var object = object
        if object.isImplied, object.facets.isEmpty, object.privileges?.isInitial ?? true { return nil }
        object.dependsOn = (links[object.identity] ?? []).union(object.dependsOn).sorted()
        return object
      })
  }
}
