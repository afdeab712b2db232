import PostgresClient
import SQLText

/// Keeps what all databases of a server share as it is, while files run on a scratch database there that are not to change
/// more than that: roles that they make go away with it, and anything else is taken back at once.
enum ServerKeeper {
  /// Runs a statement and returns why it was taken back, nil where it stands. Outside a transaction it stands in any case.
  static func keep(
    _ connection: isolated PostgresConnection, _ run: (isolated PostgresConnection) throws -> Void
  ) throws -> String? {
    let before = try SharedCatalog.read(connection)
    guard connection.isInTransaction else {
      try run(connection)
      return try changes(since: before, connection)
    }
    try connection.execute("savepoint \(savepoint)")
    do {
      try run(connection)
      guard let reason = try changes(since: before, connection) else {
        try connection.execute("release savepoint \(savepoint)")
        return nil
      }
      try undo(connection)
      return reason
    } catch {
      _ = try? connection.shieldedFromCancellation { try undo($0) }
      throw error
    }
  }

  private static let savepoint = "muster_rehearsal"

  private static func undo(_ connection: isolated PostgresConnection) throws {
    try connection.execute("rollback to savepoint \(savepoint); release savepoint \(savepoint)")
  }

  /// Notes roles that were made, and returns what else was changed.
  private static func changes(
    since before: SharedCatalog, _ connection: isolated PostgresConnection
  ) throws -> String? {
    let after = try SharedCatalog.read(connection)
    let strays = after.strays(since: before)
    guard strays.isEmpty else {
      return "it changes \(strays.joined(separator: ", ")), which is not only this database's"
    }
    var note = try ScratchNote.read(connection)
    let database = try connection.query("select pg_catalog.current_database()").scalar(String.self)
    do {
      try note.add(after.rolesMade(since: before), database: database, connection)
    } catch let error as PostgresError where error.code == "42501" {
      return "it makes a role, of which this role may not take note (\(error.message))"
    }
    return nil
  }

  /// Whether there is such a role that was not made for the scratch database.
  static func isSomebodys(role: String, _ connection: isolated PostgresConnection) throws -> Bool {
    let found = try connection.query(
      "select oid::bigint from pg_catalog.pg_roles where rolname = $1", [role]
    ).first
    guard let oid = try found?.decode(Int.self, at: 0) else { return false }
    return try !ScratchNote.read(connection).roles.contains(oid)
  }
}

extension SQLStatement {
  /// Whether it may change what the databases of a server share: of itself, or through what it calls.
  var mayReachServer: Bool {
    let noun = words.dropFirst().first ?? ""
    switch words.first {
    case "set", "reset", "show", "savepoint", "release", "rollback", "lock", "truncate", "analyze", "vacuum",
      "listen", "notify", "unlisten", "fetch", "close", "move", "cluster", "reindex":
      return false
    case "create", "alter", "drop": return !Self.localNouns.contains(noun)
    case "comment": return ["role", "database", "tablespace"].contains(words.dropFirst(2).first)
    default: return true
    }
  }

  private static let localNouns: Set<String> = [
    "aggregate", "collation", "default", "domain", "function", "index", "materialized", "or", "policy",
    "procedure", "publication", "rule", "schema", "sequence", "statistics", "table", "temp", "temporary",
    "trigger", "type", "unique", "unlogged", "view",
  ]

  /// Whether it is about a database that it names.
  var namesDatabase: Bool {
    if begins(with: "alter", "database") || begins(with: "comment", "on", "database") { return true }
    guard ["grant", "revoke"].contains(words.first) else { return false }
    return zip(words, words.dropFirst()).contains { $0 == "on" && $1 == "database" }
  }

  /// The role that it makes.
  func roleMade(in source: SQLSource) -> String? {
    guard words.first == "create", ["role", "user", "group"].contains(words.dropFirst().first ?? ""),
      !begins(with: "create", "user", "mapping")
    else { return nil }
    var tokens = StatementTokens(self, in: source)
    guard tokens.take("create"), tokens.takeWord() != nil else { return nil }
    return tokens.takeIdentifier()
  }
}
