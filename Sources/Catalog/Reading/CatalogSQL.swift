/// Pieces of the queries on the catalogs. Inside them `search_path` is empty, so that casts to regclass and the functions
/// that show definitions qualify every name.
enum CatalogSQL {
  /// Not a schema of the system's, nor one for temporary objects.
  static func isUsers(_ schema: String) -> String {
    "\(schema).nspname !~ '^pg_' and \(schema).nspname <> 'information_schema'"
  }

  /// Neither the system's nor the runner's: its history and whatever it keeps beside it.
  static func isUsers(_ schema: String, relation: String) -> String {
    """
    \(isUsers(schema)) and not (\(schema).nspname = 'muster' and \(relation).relname ~ '^migration(_|$)')
    """
  }

  /// The schema `muster` where nothing is in it but the runner's own relations: it is there for them.
  static func isRunners(_ schema: String) -> String {
    """
    \(schema).nspname = 'muster'
      and exists (select from pg_catalog.pg_class as r where r.relnamespace = \(schema).oid)
      and not exists (select from pg_catalog.pg_class as r
        where r.relnamespace = \(schema).oid and r.relname !~ '^migration(_|$)')
      and not exists (select from pg_catalog.pg_proc as p where p.pronamespace = \(schema).oid)
    """
  }

  /// What initdb made has lower OIDs.
  static let firstOwnOID = 16384

  /// The extension that an object is a member of, quoted; NULL where there is none.
  static func memberOf(_ catalog: String, _ oid: String) -> String {
    """
    (select pg_catalog.quote_ident(x.extname) from pg_catalog.pg_depend as m
      join pg_catalog.pg_extension as x on x.oid = m.refobjid
      where m.classid = 'pg_catalog.\(catalog)'::pg_catalog.regclass and m.objid = \(oid) and m.deptype = 'e')
    """
  }

  static func isNoMember(_ catalog: String, _ oid: String) -> String {
    """
    not exists (select from pg_catalog.pg_depend as m
      where m.classid = 'pg_catalog.\(catalog)'::pg_catalog.regclass and m.objid = \(oid) and m.deptype = 'e')
    """
  }

  static func role(_ oid: String) -> String {
    "case when \(oid) = 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(\(oid))::text) end"
  }

  /// An ACL as texts `PRIVILEGE/t/grantee`, see `Record.grants`.
  static func grants(_ acl: String) -> String {
    """
    array(select a.privilege_type || '/' || case when pg_catalog.bool_or(a.is_grantable) then 't' else 'f' end
        || '/' || \(role("a.grantee"))
      from pg_catalog.aclexplode(\(acl)) as a group by a.grantee, a.privilege_type)
    """
  }

  /// The columns `grants` and `initial_grants`: what the ACL says, NULL being what everything of this type begins with.
  static func privileges(_ acl: String, type: String, owner: String) -> String {
    let initial = "pg_catalog.acldefault('\(type)', \(owner))"
    return """
      \(grants("coalesce(\(acl), \(initial))")) as grants, \(grants(initial)) as initial_grants
      """
  }

  /// The options of a foreign object as texts `name=value`, without what may be a secret.
  static func options(_ options: String) -> String {
    """
    array(select option from pg_catalog.unnest(\(options)) as option
      where option !~* '^[^=]*(passw|secret|token|credential|key)[^=]*=')
    """
  }
}
