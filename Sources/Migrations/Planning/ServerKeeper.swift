import PostgresClient
import SQLText

/// Keeps what all databases of a server share as it is, while files run on a scratch database there that are not to change
/// more than that: roles that they make go away with it, and anything else is taken back at once.
enum ServerKeeper {
  /// Runs a statement and returns why it was taken back, nil where it stands. Outside a transaction it stands in any case,
  /// and of a query that calls something nothing is known there.
  ///
  /// Others are at work on the server meanwhile. What they change is told from what the statement does by running that once
  /// more: they do not do the same again.
  static func keep(
    _ statement: SQLStatement, in source: SQLSource, _ connection: isolated PostgresConnection,
    _ run: (isolated PostgresConnection) throws -> Void
  ) throws -> String? {
    guard connection.isInTransaction else {
      let before = try SharedCatalog.read(connection)
      try run(connection)
      guard !statement.isQuery else { return nil }
      let after = try SharedCatalog.read(connection)
      let made = after.rolesMade(since: before).filter { after.roles[$0] == statement.roleMade(in: source) }
      return try complaint(after.strays(since: before, sparing: made)) ?? note(made, connection)
    }
    var suspects: Set<String> = []
    while true {
      switch try attempt(statement, in: source, connection, run) {
      case .stands: return nil
      case .refused(let reason): return reason
      case .suspected(let strays):
        if let reason = complaint(suspects.intersection(strays)) { return reason }
        suspects = strays
      }
    }
  }

  private enum Outcome {
    case stands
    case suspected(Set<String>)
    case refused(String)
  }

  /// Behind a savepoint, to which all goes back but what stands.
  private static func attempt(
    _ statement: SQLStatement, in source: SQLSource, _ connection: isolated PostgresConnection,
    _ run: (isolated PostgresConnection) throws -> Void
  ) throws -> Outcome {
    let before = try SharedCatalog.read(connection)
    try connection.execute("savepoint \(savepoint)")
    do {
      try run(connection)
      let after = try SharedCatalog.read(connection)
      let made =
        after.seesPasswords
        ? try after.ownRoles(since: before, connection)
        : after.rolesMade(since: before).filter { after.roles[$0] == statement.roleMade(in: source) }
      let strays = after.strays(since: before, sparing: made)
      let refusal = strays.isEmpty ? try note(made, connection) : nil
      guard strays.isEmpty, refusal == nil else {
        try undo(connection)
        return refusal.map(Outcome.refused) ?? .suspected(strays)
      }
      try connection.execute("release savepoint \(savepoint)")
      return .stands
    } catch {
      _ = try? connection.shieldedFromCancellation { try undo($0) }
      throw error
    }
  }

  private static let savepoint = "muster_rehearsal"

  private static func undo(_ connection: isolated PostgresConnection) throws {
    try connection.execute("rollback to savepoint \(savepoint); release savepoint \(savepoint)")
  }

  private static func complaint(_ strays: Set<String>) -> String? {
    guard !strays.isEmpty else { return nil }
    let what = strays.sorted().joined(separator: ", ")
    return "it changes \(what), which is not only this database's"
  }

  /// Has roles go away with the database. Returns why that cannot be.
  private static func note(_ roles: [OID], _ connection: isolated PostgresConnection) throws -> String? {
    var note = try ScratchNote.read(connection)
    let database = try connection.query("select pg_catalog.current_database()").scalar(String.self)
    do {
      try note.add(roles, database: database, connection)
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
  /// Reads or writes rows, whatever it calls.
  fileprivate var isQuery: Bool {
    ["select", "insert", "update", "delete", "merge", "copy", "with", "values", "table"].contains(words.first)
  }

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
