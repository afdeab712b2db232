import PostgresClient

/// What the catalog says about one relation, as far as probing it needs.
struct RelationFacts: Sendable {
  /// `public.rooms`, quoted where it needs to be.
  var name: String
  var kind: Kind
  var columns: [Column]

  enum Kind: String, Sendable {
    case table = "r"
    case partitioned = "p"
    case view = "v"
    case materialized = "m"
    case foreign = "f"
    case sequence = "S"

    /// Whether its rows have an address by which a touched one is known.
    var storesRows: Bool { self == .table || self == .partitioned }
  }

  struct Column: Sendable {
    var name: String
    var type: String
    var isIdentityAlways: Bool
    var isGenerated: Bool
  }

  /// The name as SQL; it is quoted where it needs to be.
  var quoted: SQL { SQL(raw: name) }

  /// The relations of these schemas that no extension but Muster's own brought along, ordered by name.
  static func all(in schemas: [String], on stage: Stage) throws -> [RelationFacts] {
    let rows = try stage.look(
      """
      select format('%I.%I', n.nspname, c.relname), c.relkind
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (\(array(schemas))::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and \(raw: isOurs("c.oid", "pg_class", owner: "c.relowner"))
      order by 1
      """)
    return try rows.map { row in
      RelationFacts(
        name: row[0] ?? "", kind: Kind(rawValue: row[1] ?? "") ?? .table,
        columns: row[1] == "S" ? [] : try columns(of: row[0] ?? "", on: stage))
    }
  }

  private static func columns(of relation: String, on stage: Stage) throws -> [Column] {
    try stage.look(
      """
      select attname, format_type(atttypid, atttypmod), attidentity = 'a', attgenerated <> ''
      from pg_catalog.pg_attribute
      where attrelid = \(relation)::regclass and attnum > 0 and not attisdropped order by attnum
      """
    ).map {
      Column(name: $0[0] ?? "", type: $0[1] ?? "", isIdentityAlways: $0[2] == "t", isGenerated: $0[3] == "t")
    }
  }

  static func array(_ texts: [String]) -> String {
    "{" + texts.map { JSONText.string($0) }.joined(separator: ",") + "}"
  }

  /// The condition that an object, in the schema `n`, is the business of whoever inspects: it came with no extension
  /// but Muster's, and the object or its schema is his. A host's own schemas, such as Supabase's auth, are not.
  static func isOurs(_ oid: String, _ catalog: String, owner: String) -> String {
    """
    (pg_has_role(\(owner), 'usage') or pg_has_role(n.nspowner, 'usage'))
        and \(notForeignExtension(oid, catalog))
    """
  }

  /// The condition that an object belongs to no extension, or to Muster's.
  static func notForeignExtension(_ oid: String, _ catalog: String) -> String {
    """
    not exists (
          select from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
          where d.classid = 'pg_catalog.\(catalog)'::regclass and d.objid = \(oid) and d.deptype = 'e'
            and d.refclassid = 'pg_catalog.pg_extension'::regclass and e.extname <> 'muster')
    """
  }
}
