import PostgresClient

/// A mistake that the catalog gives away: a query that returns a row for each, its first column the message.
struct CatalogCheck {
  var name: String
  var seed: Int?
  var promise: String
  var tags: Set<Check.Tag> = []
  var requires: [String] = []
  /// What the figure counts: a query of one number, and the noun.
  var counted: (sql: SQL, noun: String)
  var mistakes: SQL

  var check: Check {
    .scene("catalog.\(name)", seed: seed, promise, tags: tags, requires: requires) { [self] stage in
      let count = try stage.number(counted.sql)
      let rows = try stage.query(mistakes)
      for row in rows { stage.note(row[0] ?? "", detail: row.count > 1 ? row[1] ?? "" : "") }
      return "\(count) \(counted.noun)"
    }
  }
}

/// What the schemas that are inspected must not contain, whatever the expectations allow.
public struct CatalogChecks: Sendable {
  /// The schemas to look at, and the roles of clients, who are strangers.
  var schemas: SQL
  var clients: SQL

  public init(_ expectations: Expectations) {
    let roles = Set(expectations.personas.map(\.role)).subtracting(["service_role"]).sorted()
    schemas = "\(RelationFacts.array(expectations.schemas))::text[]"
    clients = "\(RelationFacts.array(roles))::text[]"
  }

  public var checks: [Check] {
    (functions + relations + roles).map(\.check) + [plpgsqlCheck]
  }

  /// The catalog's functions in these schemas that Muster or the user made.
  var ownFunctions: SQL {
    """
    pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = any (\(schemas))
      and \(raw: RelationFacts.isOurs("p.oid", "pg_proc", owner: "p.proowner"))
    """
  }

  /// Likewise the relations.
  var ownRelations: SQL {
    """
    pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any (\(schemas))
      and \(raw: RelationFacts.isOurs("c.oid", "pg_class", owner: "c.relowner"))
    """
  }

  /// Whether a client's role holds any privilege on the relation or one of its columns.
  var reachable: SQL {
    """
    exists (
      select from pg_roles r where r.rolname = any (\(clients)) and has_schema_privilege(r.oid, n.oid, 'usage')
        and (has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate')
          or has_any_column_privilege(r.oid, c.oid, 'select, insert, update')))
    """
  }
}
