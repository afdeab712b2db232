/// Constraints of tables and domains. Not-null constraints are facets of their columns.
struct ConstraintReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select k.oid, pg_catalog.quote_ident(k.conname) as name, k.contype as type,
      nullif(k.conrelid, 0)::pg_catalog.regclass::text as relation, c.relkind as relation_kind,
      pg_catalog.format_type(nullif(k.contypid, 0), null) as domain,
      pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', '') as definition,
      k.convalidated or pg_catalog.pg_get_constraintdef(k.oid) ~ 'NOT ENFORCED$' as validated,
      k.conislocal as is_local,
      (select pg_catalog.quote_ident(p.conname) || ' on ' || p.conrelid::pg_catalog.regclass::text
        from pg_catalog.pg_constraint as p where p.oid = k.conparentid) as parent,
      (select pg_catalog.quote_ident(p.conname) || ' on ' || p.conrelid::pg_catalog.regclass::text
        from pg_catalog.pg_inherits as h join pg_catalog.pg_constraint as p on p.conrelid = h.inhparent
          and p.conname = k.conname and p.contype = 'c'
        where k.contype = 'c' and h.inhrelid = k.conrelid and k.coninhcount > 0 limit 1) as inherited_check,
      \(CatalogSQL.memberOf("pg_class", "k.conrelid")) as extension
    from pg_catalog.pg_constraint as k
    join pg_catalog.pg_namespace as n on n.oid = k.connamespace
    left join pg_catalog.pg_class as c on c.oid = k.conrelid
    left join pg_catalog.pg_constraint as parent on parent.oid = k.conparentid
    where k.contype in ('c', 'f', 'p', 'u', 'x') and \(CatalogSQL.isUsers("n"))
      and (c.oid is null or \(CatalogSQL.isUsers("n", relation: "c")) and c.relpersistence <> 't')
      -- What a foreign key keeps for each partition of the table it refers to.
      and parent.conrelid is distinct from k.conrelid
      and \(CatalogSQL.isNoMember("pg_type", "k.contypid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.add(Self.object(row), at: CatalogKey("pg_constraint", row.text("oid")))
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let name = row.text("name")
    let owner: String
    let address: String
    if let domain = row["domain"] {
      (owner, address) = (domain, "constraint \(name) on domain \(domain)")
    } else {
      owner = row.text("relation")
      address = "constraint \(name) on \(owner)"
    }
    let alter =
      row["domain"] != nil
      ? "alter domain \(owner)" : "alter \(row["relation_kind"] == "f" ? "foreign " : "")table \(owner)"
    var constraint = CatalogObject(.constraint, "\(name) on \(owner)", address: address)
    constraint.host = owner
    let isValidated = row.isTrue("validated")
    let definition = row.text("definition")
    let parent = row["parent"] ?? (row.isTrue("is_local") ? nil : row["inherited_check"])
    if let parent {
      constraint.inheritedFrom = ObjectIdentity(.constraint, parent)
      constraint.partOf = [ObjectIdentity(.constraint, parent), ObjectIdentity(.table, owner)]
    } else {
      constraint.base = ["\(alter) add constraint \(name) \(definition)\(isValidated ? "" : " not valid")"]
      constraint.drop = "\(alter) drop constraint \(name)"
      if let member = row["extension"] { constraint.partOf = [ObjectIdentity(.extension, member)] }
    }
    constraint.add(Facet("definition", definition, set: nil))
    constraint.add(
      Facet(
        "validity", isValidated ? "valid" : "not valid",
        set: isValidated ? ["\(alter) validate constraint \(name)"] : nil))
    return constraint
  }
}
