/// A schema as SQL that makes it again, in an order and a form that change only where the schema does.
///
///     let catalog = try await connection.run { try Catalog.read($0) }
///     print(Dump(catalog).text)
///
/// Each object stands with its owner, comment and privileges, behind what it needs; a table is followed by its constraints,
/// indexes, triggers and policies. Roles and rows are not part of a schema.
public struct Dump: Sendable {
  public struct Options: Sendable {
    /// Only what is in these schemas, by their plain names; nil for everything.
    public var schemas: Set<String>?
    public var owners = true
    /// Who may do what, default privileges included.
    public var privileges = true
    /// Kinds to leave out.
    public var excluded: Set<ObjectKind> = []

    public init() {}
  }

  /// The statements of one object, or of what has to be said last.
  public typealias Block = [String]

  /// In the order in which they are to run.
  public let blocks: [Block]

  public init(_ catalog: Catalog, _ options: Options = .init()) {
    let writer = DumpWriter(catalog, options)
    blocks = writer.preface + writer.objects + writer.conclusion
  }

  /// What the file has: one blank line between objects.
  public var text: String {
    blocks.map { $0.map { "\($0);\n" }.joined() }.joined(separator: "\n")
  }
}

extension Catalog {
  /// Whether there is a schema of this plain name.
  public func hasSchema(_ name: String) -> Bool {
    objects.contains { $0.identity.kind == .schema && $0.identity.schema == name }
  }
}

private struct DumpWriter {
  let catalog: Catalog
  let options: Dump.Options
  private let order: [CatalogObject]
  /// What is made and dropped with an object.
  private let parts: [ObjectIdentity: [CatalogObject]]

  init(_ catalog: Catalog, _ options: Dump.Options) {
    self.catalog = catalog
    self.options = options
    let chosen = catalog.objects.filter { Self.isChosen($0, options) }
    var parts: [ObjectIdentity: [CatalogObject]] = [:]
    for object in chosen {
      // A column that is inherited is also part of the parent's; one mention is enough.
      if let whole = object.partOf.first { parts[whole, default: []].append(object) }
    }
    self.parts = parts
    order = DumpOrder(catalog: catalog).order.filter { $0.partOf.isEmpty && Self.isChosen($0, options) }
  }

  /// SQL bodies kept as text may name what stands behind them.
  var preface: [Dump.Block] {
    let namesAhead = order.contains { object in
      object.facet("language")?.text == "sql" && object.base.contains { !$0.contains("BEGIN ATOMIC") }
    }
    return namesAhead ? [["set check_function_bodies = off"]] : []
  }

  var objects: [Dump.Block] {
    let order = order.filter { !Self.affectsOthers($0) && !$0.isStandard }
    let circles = DumpCircles(order, parts: parts)
    func block(_ object: CatalogObject) -> Dump.Block { object.base + withParts(object).flatMap(additions) }
    return order.enumerated().flatMap { place, object in
      (circles.standIns[place] ?? []) + (circles.isLate.contains(place) ? [] : [block(object)])
        + (circles.late[place] ?? []).map { block(order[$0]) }
    }.filter { !$0.isEmpty }
  }

  /// What names objects that come later than its own, and then what would act on all that is made after it.
  var conclusion: [Dump.Block] {
    let last = order.map { object in withParts(object).flatMap(\.finish) }
    let actors = order.flatMap { [$0] + (parts[$0.identity] ?? []) }.filter(Self.affectsOthers)
    let triggers = actors.filter { $0.identity.kind == .eventTrigger }
    let privileges = actors.filter { $0.identity.kind != .eventTrigger }
    return (last + (privileges + triggers).map { $0.base + additions($0) }).filter { !$0.isEmpty }
  }

  private func withParts(_ object: CatalogObject) -> [CatalogObject] {
    [object] + (parts[object.identity] ?? []).filter { !Self.affectsOthers($0) }
  }

  private static func affectsOthers(_ object: CatalogObject) -> Bool {
    object.identity.kind == .eventTrigger || object.identity.kind == .defaultPrivileges
  }

  private func additions(_ object: CatalogObject) -> [String] {
    let facets = object.facets.filter { facet in
      facet.moment == .afterwards && (options.owners || facet.name != "owner")
        && !isInherited(facet, of: object)
    }
    return ownerOfOwned(object) + facets.flatMap { $0.set ?? [] }
      + (options.privileges ? object.privileges?.creation ?? [] : [])
  }

  /// Whether a child's column has it from its parent without a word.
  private func isInherited(_ facet: Facet, of column: CatalogObject) -> Bool {
    guard ["default", "null"].contains(facet.name), let parent = column.inheritedFrom else { return false }
    return catalog[parent]?.facet(facet.name)?.text == facet.text
  }

  /// A sequence can be given to a column only when it has the owner of its table.
  private func ownerOfOwned(_ sequence: CatalogObject) -> [String] {
    guard options.owners, sequence.identity.kind == .sequence, let column = sequence.facet("owned by"),
      let owner = catalog[ObjectIdentity(.table, QualifiedName.split(column.text).head)]?.facet("owner")
    else { return [] }
    return ["alter \(sequence.address) owner to \(owner.text)"]
  }

  private static func isChosen(_ object: CatalogObject, _ options: Dump.Options) -> Bool {
    if options.excluded.contains(object.identity.kind) { return false }
    if !options.privileges, object.identity.kind == .defaultPrivileges { return false }
    guard let schemas = options.schemas else { return true }
    return object.identity.schema.map(schemas.contains) ?? false
  }
}

/// Behind what it needs, then by kind and name; a table's constraints, indexes, triggers and policies right behind it
/// where what else they need is there.
private struct DumpOrder {
  let order: [CatalogObject]

  private static let attached: Set<ObjectKind> = [.constraint, .index, .statistics, .rule, .trigger, .policy]

  init(catalog: Catalog) {
    var attachments: [ObjectIdentity: [CatalogObject]] = [:]
    for object in catalog.objects where Self.attached.contains(object.identity.kind) && object.partOf.isEmpty
    {
      if let home = object.home(in: catalog) { attachments[home, default: []].append(object) }
    }
    var order: [CatalogObject] = []
    var done: Set<ObjectIdentity> = []
    func isThere(_ identity: ObjectIdentity) -> Bool {
      done.contains(identity) || catalog[identity]?.partOf.contains(where: done.contains) ?? true
    }
    func add(_ object: CatalogObject) {
      guard done.insert(object.identity).inserted else { return }
      order.append(object)
      for attachment in attachments[object.identity] ?? [] where attachment.dependsOn.allSatisfy(isThere) {
        add(attachment)
      }
    }
    for object in catalog.creationOrder { add(object) }
    self.order = order
  }
}

extension CatalogObject {
  /// The relation that a constraint, an index and their like are on.
  fileprivate func home(in catalog: Catalog) -> ObjectIdentity? {
    guard let place = identity.name.lastRange(of: " on ") else { return nil }
    let relation = identity.name[place.upperBound...]
    return dependsOn.first { $0.name == relation && catalog[$0] != nil }
  }
}

extension CatalogObject {
  /// Whether every new database has it so.
  fileprivate var isStandard: Bool {
    switch identity {
    case ObjectIdentity(.extension, "plpgsql"):
      return facet("schema")?.text == "pg_catalog" && facet("comment")?.text == "PL/pgSQL procedural language"
    case ObjectIdentity(.schema, "public"):
      return facet("owner")?.text == "pg_database_owner" && facet("comment")?.text == "standard public schema"
        && privileges?.creation == ["grant usage on schema public to public"]
    default: return false
    }
  }
}

extension ObjectIdentity {
  /// The plain name of the schema it is in; nil for what is in none.
  fileprivate var schema: String? {
    if kind == .schema { return QualifiedName("x.\(name)").plain }
    let relation = name.lastRange(of: " on ").map { name[$0.upperBound...] } ?? name[...]
    let qualified = relation.prefix { $0 != "(" }
    let head = QualifiedName.split(String(qualified)).head
    guard !head.isEmpty else { return nil }
    let schema = kind == .column ? QualifiedName.split(head).head : head
    return schema.isEmpty ? nil : QualifiedName("x.\(schema)").plain
  }
}

extension String {
  fileprivate func lastRange(of text: String) -> Range<Index>? { ranges(of: text).last }
}
