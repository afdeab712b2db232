import PostgresClient

/// What the catalog says about one relation, as far as probing it needs.
struct RelationFacts: Sendable {
  /// `public.rooms`, quoted where it needs to be.
  var name: String
  var kind: Kind
  var columns: [Column]
  /// A table with so many rows that only those of the scene are looked at; the others are of the same kinds.
  var isLarge = false
  /// For a guest: the addresses of the scene's rows, or of some where it made none.
  var sample: [String]?

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

  /// The relations of these schemas that are ours, ordered by name; in full those that are wanted.
  static func all(
    in schemas: [String], on stage: Stage, where isWanted: (String) -> Bool = { _ in true }
  ) throws -> [RelationFacts] {
    let rows = try stage.look(
      """
      select format('%I.%I', n.nspname, c.relname), c.relkind
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (\(array(schemas))::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and \(raw: isOurs("c.oid", "pg_class", owner: "c.relowner"))
      order by 1
      """)
    return try rows.filter { isWanted($0[0] ?? "") }.map { row in
      var relation = RelationFacts(
        name: row[0] ?? "", kind: Kind(rawValue: row[1] ?? "") ?? .table, columns: [])
      if relation.kind != .sequence { relation.columns = try columns(of: relation.name, on: stage) }
      if relation.kind.storesRows { relation.isLarge = try hasMany(relation, on: stage) }
      return relation
    }
  }

  /// The names of all of them.
  static func names(in schemas: [String], on stage: Stage) throws -> [String] {
    var names: [String] = []
    _ = try all(in: schemas, on: stage) { name in
      names.append(name)
      return false
    }
    return names
  }

  private static func hasMany(_ relation: RelationFacts, on stage: Stage) throws -> Bool {
    let limit = 20_000
    let rows = try stage.look(
      "select count(*) from (select from \(relation.quoted) limit \(limit)) as first_rows")
    return rows.first?[0] == "\(limit)"
  }

  /// The rows to look at: all, or those that this transaction made.
  var scope: SQL { isLarge ? fewRows : "" }

  /// Those that this transaction made, or some.
  var fewRows: SQL {
    guard let sample else { return "where age(xmin) <= 0" }
    return "where ctid = any (\(Self.array(sample))::tid[])"
  }

  /// As a guest sees it once the scene is set: others wait for the host's transaction, so that in a large table the rows are
  /// looked for once and then found by their addresses.
  func located(on stage: Stage) throws -> RelationFacts {
    guard let guest = stage.guest, kind.storesRows else { return self }
    var relation = self
    let made = try stage.look("select ctid from \(quoted) where age(xmin) <= \(guest.sceneBegins)")
    let rows = made.isEmpty ? try stage.look("select ctid from \(quoted) limit 100") : made
    relation.sample = rows.map { $0[0] ?? "" }
    return relation
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
