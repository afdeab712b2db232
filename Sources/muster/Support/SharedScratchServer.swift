import Catalog
import Migrations
import PostgresClient

/// A server that others use, perhaps the target's own, and that is to be as it was when the scratch database is gone.
///
/// The name of that database says which session made it, and its comment which roles go with it (``ScratchNote``). What a run
/// that was killed left is known by that, and taken away by the next.
struct SharedScratchServer: Sendable {
  private let connection: PostgresConnection
  private let database: String

  static func with<T: Sendable>(
    _ target: TargetEnvironment, on settings: ConnectionSettings,
    _ body: (ScratchDatabase) async throws -> T
  ) async throws -> T {
    let connection = try await PostgresConnection.connect(settings)
    do {
      let scratch = try await connection.run { connection in
        try refuse(connection.serverVersion / 10_000, for: target)
        return SharedScratchServer(connection: connection, database: try name(for: connection))
      }
      let result = try await scratch.with(target, settings, body)
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }

  private func with<T: Sendable>(
    _ target: TargetEnvironment, _ settings: ConnectionSettings, _ body: (ScratchDatabase) async throws -> T
  ) async throws -> T {
    do {
      try await connection.run { try make(like: target, $0) }
      let result = try await body(ScratchDatabase(settings: settings.with("dbname", database)))
      await remove()
      return result
    } catch {
      await remove()
      throw error
    }
  }

  private static func refuse(_ version: Int, for target: TargetEnvironment) throws {
    guard version != target.version else { return }
    throw UsageError(
      message: "the scratch server is PostgreSQL \(version) and the target is \(target.version)",
      hint: "The same files make different catalogs there; name a server of version \(target.version).")
  }

  // MARK: Making

  private func make(like target: TargetEnvironment, _ connection: isolated PostgresConnection) throws {
    try target.makeDatabase(database, connection)
    let roles = try connection.query("select rolname::text from pg_catalog.pg_roles")
    let known = try Set(roles.map { try $0.decode(String.self, at: 0) })
    let missing = target.roles.filter { !known.contains($0) }
    try connection.transaction { connection in
      for role in missing { try connection.execute("create role \(quoted(role))") }
      let made = try connection.query(
        "select oid::bigint from pg_catalog.pg_roles where rolname = any ($1::text[])", [missing])
      var note = ScratchNote(comment: nil)
      try note.add(made.map { try $0.decode(at: 0) }, database: database, connection)
    }
    if target.roles.contains(target.databaseOwner) {
      try connection.execute("alter database \(quoted(database)) owner to \(quoted(target.databaseOwner))")
    }
    target.applySettings(to: database, all: false, connection)
  }

  // MARK: Taking away

  private func remove() async {
    await connection.run { connection in
      connection.shieldedFromCancellation { connection in
        Self.remove(database, connection) { Output.error.line("muster: on the scratch server \($0)") }
      }
    }
  }

  /// Takes away what is left of runs whose session is gone. It may be the target's server: before that one is looked at.
  static func tidy(_ settings: ConnectionSettings?) async throws {
    guard let settings else { return }
    try await PostgresConnection.withConnection(to: settings) { try removeRemnants($0) }
  }

  private static func removeRemnants(_ connection: isolated PostgresConnection) throws {
    let left = try connection.query(
      """
      select d.datname::text from pg_catalog.pg_database d
      where d.datname ~ '^muster_scratch_[0-9]+_[0-9a-f]+$'
        and not exists (
          select from pg_catalog.pg_stat_activity a
          where a.pid::text = pg_catalog.split_part(d.datname, '_', 3)
            and coalesce(\(beginning), pg_catalog.split_part(d.datname, '_', 4))
              = pg_catalog.split_part(d.datname, '_', 4))
      """
    ).map { try $0.decode(String.self, at: 0) }
    for database in left {
      Output.error.line(
        "muster: taking away what a run that was killed left on the scratch server: database \(database)")
      remove(database, connection) { Output.error.line("muster: on the scratch server \($0)") }
    }
  }

  /// Says of the session that makes it which one that is.
  private static func name(for connection: isolated PostgresConnection) throws -> String {
    let session = try connection.query(
      """
      select a.pid::text || '_' || \(beginning)
      from pg_catalog.pg_stat_activity a where a.pid = pg_catalog.pg_backend_pid()
      """)
    return "muster_scratch_\(try session.scalar(String.self))"
  }

  private static let beginning =
    "pg_catalog.to_hex((pg_catalog.date_part('epoch', a.backend_start) * 1000000)::bigint)"

  /// Drops the database and the roles that go with it, and tells what stays.
  private static func remove(
    _ database: String, _ connection: isolated PostgresConnection, _ tell: (String) -> Void
  ) {
    do {
      let comment = try connection.query(
        """
        select pg_catalog.shobj_description(d.oid, 'pg_database')
        from pg_catalog.pg_database d where d.datname = $1
        """, [database])
      try connection.execute("drop database if exists \(quoted(database)) with (force)")
      let roles = ScratchNote(comment: comment.first?[0]).roles
      var names = try connection.query(
        "select rolname::text from pg_catalog.pg_roles where oid::bigint = any ($1::bigint[])", [roles]
      ).map { try $0.decode(String.self, at: 0) }
      // One may have granted to another what it has, and so has to go behind it.
      var reasons: [String: any Error] = [:]
      var before = Int.max
      while names.count < before {
        before = names.count
        names.removeAll { name in
          do {
            try connection.execute("drop role if exists \(quoted(name))")
            return true
          } catch {
            reasons[name] = error
            return false
          }
        }
      }
      for name in names { tell("role \(name) stays: \(reasons[name].map { "\($0)" } ?? "")") }
    } catch {
      tell("database \(database) and the roles that were made for it stay: \(error)")
    }
  }
}
