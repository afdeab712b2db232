public import PostgresClient

/// The comment on a scratch database on somebody's server: which roles are to go away with it. It is written in the
/// transaction that makes a role, so that whoever comes after a killed run finds both or neither.
public struct ScratchNote: Sendable, Hashable {
  /// By their object ids, which no other role ever has.
  public private(set) var roles: [Int]

  private static let beginning =
    "A scratch database of muster's, dropped by the run that made it or else by the next. Roles made for it: "

  /// Of this comment; empty where it is no such note.
  public init(comment: String?) {
    guard let comment, comment.hasPrefix(Self.beginning) else {
      roles = []
      return
    }
    roles = comment.dropFirst(Self.beginning.count).split(separator: " ").compactMap { Int($0) }
  }

  static func read(_ connection: isolated PostgresConnection) throws -> ScratchNote {
    ScratchNote(
      comment: try connection.query(
        """
        select pg_catalog.shobj_description(d.oid, 'pg_database')
        from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()
        """
      ).first?[0])
  }

  /// Notes roles in the comment on a database.
  public mutating func add(
    _ roles: [Int], database: String, _ connection: isolated PostgresConnection
  ) throws {
    guard !roles.isEmpty else { return }
    self.roles += roles
    let text = Self.beginning + self.roles.map(String.init).joined(separator: " ")
    let name = database.replacing("\"", with: "\"\"")
    try connection.execute("comment on database \"\(name)\" is '\(text.replacing("'", with: "''"))'")
  }
}
