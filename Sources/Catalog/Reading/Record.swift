import PostgresClient

/// A row whose cells are asked for by name, without a search for the name each time.
struct Record {
  private let row: Row
  private let places: [String: Int]

  static func all(_ rows: Rows) -> [Record] {
    let places = Dictionary(zip(rows.columns.map(\.name), 0...)) { first, _ in first }
    return rows.map { Record(row: $0, places: places) }
  }

  /// The text of a cell; nil for NULL and for a column that this server's version does not have.
  subscript(name: String) -> String? { places[name].flatMap { row[$0] } }

  func text(_ name: String) -> String { self[name] ?? "" }

  func isTrue(_ name: String) -> Bool { self[name] == "t" }

  /// An array of texts; empty for NULL.
  func list(_ name: String) -> [String] {
    guard let place = places[name], let list = try? row.decode([String]?.self, at: place) else { return [] }
    return list
  }

  /// What `CatalogSQL.grants` selected.
  func grants(_ name: String) -> Privileges.Grants {
    var grants: Privileges.Grants = [:]
    for item in list(name) {
      let parts = item.split(separator: "/", maxSplits: 2).map(String.init)
      if parts.count == 3 { grants[parts[2], default: [:]][parts[0]] = parts[1] == "t" }
    }
    return grants
  }

  func privileges(_ target: Privileges.Target) -> Privileges {
    Privileges(target, grants: grants("grants"), initial: grants("initial_grants"))
  }
}
