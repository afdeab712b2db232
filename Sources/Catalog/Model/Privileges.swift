/// Who may do what with an object, and how that is granted and revoked.
public struct Privileges: Sendable, Hashable {
  /// Each grantee's privileges, and whether they may be passed on. Grantees are quoted as SQL writes them; `public` is
  /// everybody.
  public typealias Grants = [String: [String: Bool]]

  /// What GRANT and REVOKE are written for.
  enum Target: Sendable, Hashable {
    /// Such as `table public.orders`.
    case object(String)
    /// One column of a relation; the relation as in `object`, the column quoted.
    case column(String, of: String)
    /// Objects yet to be made: what follows `alter default privileges`, and what kind, such as `tables`.
    case future(String, kind: String)
  }

  let target: Target
  public let grants: Grants
  /// What an object of its kind and owner has when it is made.
  let initial: Grants

  init(_ target: Target, grants: Grants, initial: Grants = [:]) {
    self.target = target
    self.grants = grants
    self.initial = initial
  }

  var isInitial: Bool { grants == initial }

  /// The same object when nobody has touched its privileges.
  var untouched: Privileges { Privileges(target, grants: initial, initial: initial) }

  /// The statements that lead from the privileges a new object has to these.
  public var creation: [String] { statements(from: initial) }

  /// The statements that lead from other privileges to these.
  func statements(from others: Grants) -> [String] {
    Set(grants.keys).union(others.keys).sorted().flatMap { statements(for: $0, from: others[$0] ?? [:]) }
  }

  func statements(for grantee: String, from held: [String: Bool]) -> [String] {
    let due = grants[grantee] ?? [:]
    let extra = held.keys.filter { due[$0] == nil }
    let tooFree = held.filter { $0.value && due[$0.key] == false }.keys
    let missing = due.filter { !$0.value && held[$0.key] == nil }.keys
    let missingWithOption = due.filter { $0.value && held[$0.key] != true }.keys
    return [
      statement("revoke", extra, "from \(grantee)"),
      statement("revoke grant option for", tooFree, "from \(grantee)"),
      statement("grant", missing, "to \(grantee)"),
      statement("grant", missingWithOption, "to \(grantee) with grant option"),
    ].compactMap(\.self)
  }

  private func statement(_ verb: String, _ privileges: some Collection<String>, _ whom: String) -> String? {
    guard !privileges.isEmpty else { return nil }
    let names = privileges.sorted().map { $0.lowercased() }
    switch target {
    case .object(let address):
      return "\(verb) \(names.joined(separator: ", ")) on \(address) \(whom)"
    case .column(let column, let relation):
      return "\(verb) \(names.map { "\($0) (\(column))" }.joined(separator: ", ")) on \(relation) \(whom)"
    case .future(let scope, let kind):
      let head = ["alter default privileges", scope].filter { !$0.isEmpty }.joined(separator: " ")
      return "\(head) \(verb) \(names.joined(separator: ", ")) on \(kind) \(whom)"
    }
  }

  /// In order, for fingerprints: `anon: select, update*`.
  var canonicalText: String {
    grants.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.text($0.value))" }.joined(separator: "; ")
  }

  /// `select, update*`; the star means that it may be passed on.
  static func text(_ privileges: [String: Bool]) -> String {
    privileges.sorted { $0.key < $1.key }.map { $0.key.lowercased() + ($0.value ? "*" : "") }
      .joined(separator: ", ")
  }
}
