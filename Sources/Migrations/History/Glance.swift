import PostgresClient

/// As much of a database as tells that it is up to date, which is what most runs find: the names and the bytes of what was
/// applied, by one statement.
struct Glance: Sendable {
  let surroundings: Surroundings
  /// Kind, version or path, and raw checksum of each; nil where there is no history.
  private let applied: Rows?

  /// Reads only. Throws ``ServerError`` as ``Surroundings/require(scope:_:)`` does.
  static func read(_ connection: isolated PostgresConnection, scope: String) throws -> Glance {
    let surroundings = try Surroundings.require(scope: scope, connection)
    return Glance(
      surroundings: surroundings,
      applied: surroundings.hasHistory ? try applied(scope: scope, connection) : nil)
  }

  /// Nil too for a history from before there were code objects, and for one that may not be read whole: they take a longer look.
  private static func applied(scope: String, _ connection: isolated PostgresConnection) throws -> Rows? {
    let result = try connection.pipeline([
      Statement(
        """
        select 'migration', version, raw_checksum from muster.migration where scope = $1
        union all select 'journal', version, '' from muster.migration_journal where scope = $1
        union all select 'object', path, raw_checksum from muster.migration_object where scope = $1
        """, [scope])
    ])[0]
    return try History.readable(result) { $0 }
  }

  /// Whether every file is applied as it is, byte for byte, and there is nothing else to do or to tell.
  func isUpToDate(_ files: [MigrationFile], _ objects: [ObjectFile]) -> Bool {
    guard let applied, applied.count == files.count + objects.count else { return false }
    let there = [
      "migration": Dictionary(files.map { ($0.version.digits, $0.rawChecksum) }) { first, _ in first },
      "object": Dictionary(objects.map { ($0.name, $0.checksum.raw) }) { first, _ in first },
    ]
    return applied.allSatisfy { row in
      guard let kind = row[0], let name = row[1], let checksum = there[kind]?[name] else { return false }
      return row[2] == checksum
    }
  }
}
