/// An object of a database with everything that DDL can say about it, free of OIDs and of the order things were made in.
public struct CatalogObject: Sendable, Hashable {
  public let identity: ObjectIdentity
  /// How statements call it: `table public.orders`, `policy "own rows" on public.orders`.
  public let address: String
  /// The objects it is made and dropped with: a column's table, the constraint of an index, the extension of a member.
  public internal(set) var partOf: [ObjectIdentity] = []
  /// The object whose changes this one follows: that of the parent table, or the table that owns a sequence.
  public internal(set) var inheritedFrom: ObjectIdentity?
  /// The name of the relation or domain that it is made on: a constraint's, an index's, a policy's. It goes with that, and is
  /// made by a statement of its own.
  public internal(set) var host: String?
  /// It needs no mention to be there: its whole always has it. It is listed only where something was done to it.
  public internal(set) var isImplied = false
  public internal(set) var facets: [Facet] = []
  /// nil for kinds without privileges of their own.
  public internal(set) var privileges: Privileges?
  /// What has to be there before it, in order.
  public internal(set) var dependsOn: [ObjectIdentity] = []
  /// Its parts, where their order means something: the columns of a table.
  public internal(set) var order: [String] = []
  /// Makes it with the facets of moment `creation`; empty for what its whole makes.
  public internal(set) var base: [String] = []
  /// Takes it away; empty where SQL has no way to.
  public internal(set) var drop = ""

  init(_ kind: ObjectKind, _ name: String, address: String? = nil) {
    identity = ObjectIdentity(kind, name)
    self.address = address ?? "\(kind.rawValue) \(name)"
  }

  /// Makes it whole where its dependencies are there, but for ``finish``.
  public var create: [String] { base + additions }

  /// What is to be said once it is there: owner, comment, privileges. All there is to say of an object that its whole makes.
  public var additions: [String] { statedAfterwards + (privileges?.creation ?? []) }

  /// The same without privileges.
  var statedAfterwards: [String] { facets.filter { $0.moment == .afterwards }.flatMap { $0.set ?? [] } }

  /// What is left to say when everything else is there, such as the column that owns a sequence.
  public var finish: [String] { facets.filter { $0.moment == .atLast }.flatMap { $0.set ?? [] } }

  public func facet(_ name: String) -> Facet? { facets.first { $0.name == name } }

  /// An implied object to which nothing was done.
  var untouched: CatalogObject {
    var copy = self
    copy.facets = []
    copy.privileges = privileges?.untouched
    return copy
  }

  /// One text with all of it, for fingerprints.
  var canonicalText: String {
    var lines = [identity.description] + facets.map { "  \($0.name): \($0.text)" }
    if let privileges { lines.append("  privileges: \(privileges.canonicalText)") }
    if !order.isEmpty { lines.append("  order: \(order.joined(separator: ", "))") }
    return lines.joined(separator: "\n")
  }
}

extension CatalogObject {
  mutating func add(_ facet: Facet?) {
    if let facet { facets.append(facet) }
  }

  mutating func setOwner(_ owner: String?) {
    guard let owner else { return }
    add(Facet("owner", owner, set: "alter \(address) owner to \(owner)", moment: .afterwards))
  }

  mutating func setComment(_ comment: String) {
    add(
      Facet(
        "comment", comment, set: "comment on \(address) is \(literal(comment))",
        unset: "comment on \(address) is null", moment: .afterwards))
  }

  mutating func setLabel(_ label: String, by provider: String) {
    let head = "security label for \(provider) on \(address) is"
    add(
      Facet(
        "security label of \(provider)", label, set: "\(head) \(literal(label))", unset: "\(head) null",
        moment: .afterwards))
  }
}

/// A text as SQL quotes it.
package func literal(_ text: String) -> String {
  let quoted = "'" + text.replacing("'", with: "''").replacing("\\", with: "\\\\") + "'"
  return text.contains("\\") ? "E" + quoted : quoted
}
