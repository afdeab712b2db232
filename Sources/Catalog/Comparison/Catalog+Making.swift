extension Catalog {
  /// What makes an object in this database, where default privileges may give it some that it should not have. Whose they
  /// are depends on who runs the statements, so all are reckoned with.
  func create(_ object: CatalogObject) -> [String] {
    guard let due = object.privileges, let kind = object.kindOfDefaults else { return object.create }
    let schema = QualifiedName(object.identity.name).schema
    var given = due.initial
    for defaults in objects where defaults.identity.kind == .defaultPrivileges {
      guard let scope = DefaultsScope(defaults.identity), scope.applies(to: kind, in: schema) else {
        continue
      }
      let grants = (defaults.privileges?.grants ?? [:]).filter { $0.key != scope.role }
      for (grantee, privileges) in grants {
        let extra = privileges.filter { due.grants[grantee]?[$0.key] == nil }
        given[grantee, default: [:]].merge(extra) { $0 || $1 }
      }
      guard scope.schema == nil else { continue }
      for grantee in due.initial.keys where grantee == "public" {
        given[grantee] = given[grantee]?.filter { grants[grantee]?[$0.key] != nil }
      }
    }
    return object.base + object.statedAfterwards + due.statements(from: given)
  }
}

/// What ALTER DEFAULT PRIVILEGES was said of.
private struct DefaultsScope {
  let role: String
  let schema: String?
  let kind: String

  /// From `for role r in schema s on tables`.
  init?(_ identity: ObjectIdentity) {
    guard let on = identity.name.ranges(of: " on ").last else { return nil }
    kind = String(identity.name[on.upperBound...])
    let (role, rest) = splitName(String(identity.name[..<on.lowerBound].dropFirst("for role ".count)))
    self.role = role
    schema = rest.hasPrefix("in schema ") ? String(rest.dropFirst("in schema ".count)) : nil
  }

  func applies(to kind: String, in schema: String) -> Bool {
    self.kind == kind && (self.schema == nil || self.schema == schema)
  }
}

extension CatalogObject {
  /// What ALTER DEFAULT PRIVILEGES calls objects of this kind.
  fileprivate var kindOfDefaults: String? {
    switch identity.kind {
    case .table, .foreignTable, .view, .materializedView: "tables"
    case .sequence: "sequences"
    case .function, .procedure, .aggregate: "functions"
    case .type, .domain: "types"
    case .schema: "schemas"
    default: nil
    }
  }
}
