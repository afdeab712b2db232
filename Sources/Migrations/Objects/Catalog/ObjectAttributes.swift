/// What an object has beside its definition, and so loses when it is dropped and made again.
struct ObjectAttributes: Sendable, Hashable, Decodable {
  struct Privilege: Sendable, Hashable, Decodable {
    let privilege: String
    /// A role as it is written in a statement, or `public`.
    let grantee: String
    let isGrantable: Bool
  }

  struct Column: Sendable, Hashable, Decodable {
    let name: String
    let type: String
    /// As a literal.
    let comment: String?
    let standard: String?
    let privileges: Set<Privilege>
  }

  let owner: String?
  /// As a literal.
  let comment: String?
  let privileges: Set<Privilege>
  /// A view's, such as `security_invoker=true`.
  let options: [String]
  let columns: [Column]
  /// When a trigger fires: `O`, `D`, `R` or `A`, as the catalog has it.
  let firing: String?
  /// A trigger's own name and its table, as they are written in a statement.
  let trigger: String?
  let table: String?

  /// The statements that give an object these attributes, when it has others; the owner apart, who comes first because he
  /// decides what the privileges start from.
  func statements(for object: ObjectIdentity, having current: ObjectAttributes) -> [String] {
    var statements = options(object, current)
    statements += grants(object, current.privileges, privileges, column: nil)
    if let comment, comment != current.comment { statements.append("comment on \(object) is \(comment)") }
    for column in columns {
      guard let counterpart = current.columns.first(where: { $0.name == column.name }) else { continue }
      statements += grants(object, counterpart.privileges, column.privileges, column: column.name)
      if let comment = column.comment, comment != counterpart.comment {
        statements.append("comment on column \(object.name).\(column.name) is \(comment)")
      }
      if let standard = column.standard, standard != counterpart.standard {
        statements.append("alter \(object) alter column \(column.name) set default \(standard)")
      }
    }
    if let firing, firing != current.firing, let trigger, let table {
      statements.append("alter table \(table) \(Self.verb(firing)) trigger \(trigger)")
    }
    return statements
  }

  func ownership(of object: ObjectIdentity, having current: ObjectAttributes) -> String? {
    guard let owner, owner != current.owner else { return nil }
    return "alter \(object) owner to \(owner)"
  }

  /// Without the options of these names.
  func without(options names: some Sequence<String>) -> ObjectAttributes {
    let left = options.filter { !names.contains(Self.name(of: $0)) }
    return ObjectAttributes(
      owner: owner, comment: comment, privileges: privileges, options: left, columns: columns,
      firing: firing, trigger: trigger, table: table)
  }

  /// What can be asked of the columns of a view by those that use it.
  var shape: [String] { columns.flatMap { [$0.name, $0.type] } }

  private func options(_ object: ObjectIdentity, _ current: ObjectAttributes) -> [String] {
    options.filter { !current.options.contains($0) }.map { option in
      let name = Self.name(of: option)
      let value = option.dropFirst(name.count + 1).replacing("'", with: "''")
      return "alter \(object) set (\(name) = '\(value)')"
    }
  }

  private static func name(of option: String) -> String { String(option.prefix { $0 != "=" }) }

  private func grants(
    _ object: ObjectIdentity, _ current: Set<Privilege>, _ wanted: Set<Privilege>, column: String?
  ) -> [String] {
    let place = "\(["function", "procedure"].contains(object.type) ? "routine " : "")\(object.name)"
    let columns = column.map { " (\($0))" } ?? ""
    let revoked = current.subtracting(wanted).map {
      "revoke \($0.privilege)\(columns) on \(place) from \($0.grantee)"
    }
    let granted = wanted.subtracting(current).map {
      "grant \($0.privilege)\(columns) on \(place) to \($0.grantee)\($0.isGrantable ? " with grant option" : "")"
    }
    return revoked.sorted() + granted.sorted()
  }

  private static func verb(_ firing: String) -> String {
    switch firing {
    case "D": "disable"
    case "R": "enable replica"
    case "A": "enable always"
    default: "enable"
    }
  }
}
