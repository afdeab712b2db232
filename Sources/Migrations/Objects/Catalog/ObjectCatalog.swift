import FoundationEssentials
import PostgresClient

/// What the catalog has of an object.
struct FoundObject: Sendable, Hashable {
  /// The catalog's table and the row, as object ids.
  let catalog: Int64
  let row: Int64
  let identity: ObjectIdentity
  /// The extension that it belongs to.
  let `extension`: String?
}

/// Asks the catalog of one session about code objects.
enum ObjectCatalog {
  /// What a definition of that name would replace: a routine with these arguments, a relation of any kind, a trigger or a
  /// policy of the table.
  static func find(
    _ reference: ObjectReference, _ connection: isolated PostgresConnection
  ) throws -> FoundObject? {
    guard let lookup = lookup(reference) else { return nil }
    return try found(connection.query(lookup.sql, lookup.parameters))
  }

  static func found(_ rows: Rows) throws -> FoundObject? { try rows.first.map(object) }

  /// Asks for what ``find(_:_:)`` finds; nil for a job, which is in no catalog.
  static func lookup(_ reference: ObjectReference) -> Statement? {
    let name = reference.name
    let relation = reference.relation?.sql
    switch reference.kind {
    case .function, .procedure:
      return Statement(
        described(
          """
          select 'pg_catalog.pg_proc'::pg_catalog.regclass::oid, p.oid
          from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
          where p.proname = $1 and n.nspname = coalesce($2, pg_catalog.current_schema())
            and p.proargtypes::text = (
              select coalesce(pg_catalog.string_agg(
                coalesce(pg_catalog.to_regtype(t.type)::oid::text, '?'), ' ' order by t.number), '')
              from pg_catalog.unnest($3::text[]) with ordinality t (type, number))
          """), [name.name, name.schema, reference.arguments])
    case .view, .materializedView:
      return Statement(
        described(
          """
          select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, c.oid
          from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where c.relname = $1 and n.nspname = coalesce($2, pg_catalog.current_schema())
          """), [name.name, name.schema])
    case .index:
      return Statement(
        described(
          """
          select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, i.oid
          from pg_catalog.pg_class i join pg_catalog.pg_class r on r.relnamespace = i.relnamespace
          where i.relname = $1 and r.oid = pg_catalog.to_regclass($2)
          """), [name.name, relation])
    case .trigger:
      return Statement(
        described(
          """
          select 'pg_catalog.pg_trigger'::pg_catalog.regclass::oid, t.oid from pg_catalog.pg_trigger t
          where t.tgname = $1 and t.tgrelid = pg_catalog.to_regclass($2) and not t.tgisinternal
          """), [name.name, relation])
    case .policy:
      return Statement(
        described(
          """
          select 'pg_catalog.pg_policy'::pg_catalog.regclass::oid, p.oid from pg_catalog.pg_policy p
          where p.polname = $1 and p.polrelid = pg_catalog.to_regclass($2)
          """), [name.name, relation])
    case .job: return nil
    }
  }

  /// Those of the objects that are there; jobs, which are in no catalog, are not looked for.
  static func existing(
    _ objects: [MadeObject], _ connection: isolated PostgresConnection
  ) throws -> [ObjectIdentity: FoundObject] {
    guard !objects.isEmpty else { return [:] }
    let rows = try connection.query(
      described(
        """
        select 'pg_catalog.pg_proc'::pg_catalog.regclass::oid, oid from pg_catalog.pg_proc where proname = any ($1)
        union all
        select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, oid from pg_catalog.pg_class where relname = any ($1)
        union all
        select 'pg_catalog.pg_trigger'::pg_catalog.regclass::oid, oid from pg_catalog.pg_trigger
        where tgname = any ($1) and not tgisinternal
        union all
        select 'pg_catalog.pg_policy'::pg_catalog.regclass::oid, oid from pg_catalog.pg_policy where polname = any ($1)
        """), [objects.map(\.name)])
    let wanted = Set(objects.map(\.identity))
    let found = try rows.map(object).filter { wanted.contains($0.identity) }
    return Dictionary(found.map { ($0.identity, $0) }) { first, _ in first }
  }

  /// Those of the names that a routine, a relation, a trigger or a policy has, in whatever schema.
  static func taken(among names: [String], _ connection: isolated PostgresConnection) throws -> Set<String> {
    guard !names.isEmpty else { return [] }
    let rows = try connection.query(
      """
      select n.name from pg_catalog.unnest($1::text[]) n (name)
      where exists (select from pg_catalog.pg_proc where proname = n.name::name)
        or exists (select from pg_catalog.pg_class where relname = n.name::name)
        or exists (select from pg_catalog.pg_trigger where tgname = n.name::name)
        or exists (select from pg_catalog.pg_policy where polname = n.name::name)
      """, [names])
    return Set(try rows.map { try $0.decode(at: 0) })
  }

  /// Those of the objects that the detail of an error begins a line with, in whatever language the server speaks.
  static func named(
    _ objects: [MadeObject], in detail: String, _ connection: isolated PostgresConnection
  ) throws -> Set<ObjectIdentity> {
    let present = try existing(objects, connection).values
    let lines = detail.split(separator: "\n")
    var named: Set<ObjectIdentity> = []
    // The server leaves a schema out that the search path of the failed statement had: the session's own, none, or any.
    let all =
      "(select pg_catalog.string_agg(pg_catalog.quote_ident(nspname), ',') from pg_catalog.pg_namespace)"
    for path in ["pg_catalog.current_setting('search_path')", "''", all] {
      let descriptions = try connection.transaction { connection in
        try connection.query("select pg_catalog.set_config('search_path', \(path), true)")
        return try present.flatMap { object in try describe(object, connection).map { ($0, object.identity) }
        }
      }
      for (description, identity) in descriptions
      where lines.contains(where: { $0.hasPrefix(description + " ") }) {
        named.insert(identity)
      }
    }
    return named
  }

  /// The object, and the rule that makes a relation a view, as errors call them.
  private static func describe(
    _ object: FoundObject, _ connection: isolated PostgresConnection
  ) throws -> [String] {
    try connection.query(
      """
      select pg_catalog.pg_describe_object($1::bigint::oid, $2::bigint::oid, 0)
      union all
      select pg_catalog.pg_describe_object(r.tableoid, r.oid, 0) from pg_catalog.pg_rewrite r
      where r.ev_class = $2::bigint::oid and $1::bigint::oid = 'pg_catalog.pg_class'::pg_catalog.regclass
      """, [object.catalog, object.row]
    ).map { try $0.decode(at: 0) }
  }

  static func isThere(_ object: FoundObject, _ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query(
      "select (pg_catalog.pg_identify_object(\(object.catalog)::oid, \(object.row)::oid, 0)).identity is not null"
    ).scalar()
  }

  /// What would go with the object, or keep it from being dropped: the farthest first.
  static func dependents(
    of object: FoundObject, _ connection: isolated PostgresConnection
  ) throws -> [(object: FoundObject, description: String)] {
    let rows = try connection.query(
      """
      with recursive dependent (catalog, row, depth, is_part) as (
        select \(object.catalog)::oid, \(object.row)::oid, 0, true
        union
        select coalesce(v.catalog, d.classid), coalesce(v.row, d.objid), f.depth + 1, d.deptype = 'i'
        from dependent f
        join pg_catalog.pg_depend d on (d.refclassid, d.refobjid) = (f.catalog, f.row) and d.deptype in ('n', 'a', 'i')
        left join lateral (
          -- what uses a relation in a view is the view's rule
          select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, r.ev_class from pg_catalog.pg_rewrite r
          where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid and r.rulename = '_RETURN'
        ) v (catalog, row) on true
        where (coalesce(v.catalog, d.classid), coalesce(v.row, d.objid)) <> (f.catalog, f.row) and f.depth < 100
          -- a view's own defaults and a materialized view's own TOAST table are parts of it
          and not exists (select from pg_catalog.pg_attrdef a where d.classid = a.tableoid and d.objid = a.oid
            and a.adrelid = f.row)
          and not exists (select from pg_catalog.pg_class t where d.classid = t.tableoid and d.objid = t.oid
            and t.relkind = 't')
      )
      select f.catalog, f.row, i.type, i.identity, null, pg_catalog.pg_describe_object(f.catalog, f.row, 0)
      from (select catalog, row, pg_catalog.max(depth) depth from dependent
        group by catalog, row having pg_catalog.bool_and(is_part) is false) f
      cross join lateral pg_catalog.pg_identify_object(f.catalog, f.row, 0) i
      order by f.depth desc, i.identity
      """)
    return try rows.map { (try self.object($0), try $0.decode(at: 5)) }
  }

  static func attributes(
    of object: FoundObject, _ connection: isolated PostgresConnection
  ) throws -> ObjectAttributes {
    let json = try connection.query(
      Self.attributes(of: object.identity.type), [object.row]
    ).scalar(String.self)
    return try JSONDecoder().decode(ObjectAttributes.self, from: Data(json.utf8))
  }

  // MARK: SQL

  private static func described(_ addresses: String) -> String {
    """
    select o.catalog, o.row, i.type, i.identity, e.extname
    from (\(addresses)) o (catalog, row)
    cross join lateral pg_catalog.pg_identify_object(o.catalog, o.row, 0) i
    left join pg_catalog.pg_depend d on (d.classid, d.objid, d.deptype) = (o.catalog, o.row, 'e')
    left join pg_catalog.pg_extension e on e.oid = d.refobjid
    """
  }

  private static func object(_ row: Row) throws -> FoundObject {
    FoundObject(
      catalog: try row.decode(at: 0), row: try row.decode(at: 1),
      identity: ObjectIdentity(type: try row.decode(at: 2), name: try row.decode(at: 3)),
      extension: try row.decode(at: 4))
  }

  private static func attributes(of type: String) -> String {
    switch type {
    case "function", "procedure", "aggregate":
      """
      select \(json(
        owner: "p.proowner", comment: "pg_proc", oid: "p.oid",
        privileges: privileges("coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))")))
      from pg_catalog.pg_proc p where p.oid = $1
      """
    case "trigger":
      """
      select \(json(
        comment: "pg_trigger", oid: "t.oid", firing: "t.tgenabled", trigger: "pg_catalog.quote_ident(t.tgname)",
        table: "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)"))
      from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace where t.oid = $1
      """
    case "policy": "select \(json(comment: "pg_policy", oid: "$1"))"
    default:
      """
      select \(json(
        owner: "c.relowner", comment: "pg_class", oid: "c.oid",
        privileges: privileges("coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))"),
        options: "coalesce(pg_catalog.to_jsonb(c.reloptions), '[]')", columns: columns))
      from pg_catalog.pg_class c where c.oid = $1
      """
    }
  }

  private static func json(
    owner: String? = nil, comment: String, oid: String, privileges: String = "'[]'::jsonb",
    options: String = "'[]'::jsonb", columns: String = "'[]'::jsonb", firing: String = "null",
    trigger: String = "null", table: String = "null"
  ) -> String {
    let owner = owner.map { "pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(\($0)))" } ?? "null"
    return """
      pg_catalog.jsonb_build_object('owner', \(owner), 'comment',
        pg_catalog.quote_literal(pg_catalog.obj_description(\(oid), '\(comment)')), 'privileges', \(privileges),
        'options', \(options), 'columns', \(columns), 'firing', \(firing), 'trigger', \(trigger), 'table', \(table))
      """
  }

  private static func privileges(_ list: String) -> String {
    """
    (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('privilege', x.privilege_type, 'grantee',
        case x.grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end,
        'isGrantable', x.is_grantable)), '[]')
      from pg_catalog.aclexplode(\(list)) x)
    """
  }

  private static let columns = """
    (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', pg_catalog.quote_ident(a.attname), 'type',
        pg_catalog.format_type(a.atttypid, a.atttypmod), 'comment',
        pg_catalog.quote_literal(pg_catalog.col_description(a.attrelid, a.attnum)), 'standard',
        pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'privileges', \(privileges("a.attacl"))) order by a.attnum), '[]')
      from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
    """
}
