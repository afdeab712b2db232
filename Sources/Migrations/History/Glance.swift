import PostgresClient

/// As much of a database as tells that it is up to date, which is what most runs find: the names and the bytes of what was
/// applied, by one statement.
struct Glance: Sendable {
  let surroundings: Surroundings
  /// The raw checksums of migrations by version, and of code objects by path; nil where there is no history.
  private let applied: [Kind: [String: String]]?

  private enum Kind: String { case migration, journal, object }

  /// Reads only. Throws ``ServerError`` as ``Surroundings/require(scope:_:)`` does.
  static func read(_ connection: isolated PostgresConnection, scope: String) throws -> Glance {
    let surroundings = try Surroundings.require(scope: scope, connection)
    return Glance(
      surroundings: surroundings,
      applied: surroundings.hasHistory ? try applied(scope: scope, connection) : nil)
  }

  private static func applied(
    scope: String, _ connection: isolated PostgresConnection
  ) throws -> [Kind: [String: String]]? {
    let result = try connection.pipeline([
      Statement(
        """
        select 'migration', version, raw_checksum from muster.migration where scope = $1
        union all select 'journal', version, '' from muster.migration_journal where scope = $1
        union all select 'object', path, raw_checksum from muster.migration_object where scope = $1
        """, [scope])
    ])[0]
    // A history from before there were code objects, or one that may not be read whole: it takes a longer look.
    guard let rows = try History.readable(result, { $0 }) else { return nil }
    var applied: [Kind: [String: String]] = [:]
    for row in rows {
      guard let kind = Kind(rawValue: try row.text(at: 0)) else { return nil }
      applied[kind, default: [:]][try row.text(at: 1)] = try row.text(at: 2)
    }
    return applied
  }

  /// Whether every file is applied as it is, byte for byte, and there is nothing else to do or to tell.
  func isUpToDate(_ files: [MigrationFile], _ objects: [ObjectFile]) -> Bool {
    guard let applied, applied[.journal] == nil else { return false }
    let migrations = Dictionary(files.map { ($0.version.digits, $0.rawChecksum) }) { first, _ in first }
    let definitions = Dictionary(objects.map { ($0.name, $0.checksum.raw) }) { first, _ in first }
    return applied[.migration] ?? [:] == migrations && applied[.object] ?? [:] == definitions
  }
}
