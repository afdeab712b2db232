/// Extensions and their versions. What they are made of is theirs and is not listed.
struct ExtensionReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select x.oid, pg_catalog.quote_ident(x.extname) as name, x.extversion as version, x.extrelocatable as relocatable,
      pg_catalog.quote_ident(n.nspname) as schema
    from pg_catalog.pg_extension as x join pg_catalog.pg_namespace as n on n.oid = x.extnamespace
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let (name, schema, version) = (row.text("name"), row.text("schema"), row.text("version"))
      var object = CatalogObject(.extension, name)
      let place = schema == "pg_catalog" ? "" : " with schema \(schema)"
      object.base = ["create extension if not exists \(name)\(place)"]
      object.drop = "drop extension \(name)"
      object.add(Facet("version", version, set: "alter extension \(name) update to \(literal(version))"))
      object.add(
        Facet(
          "schema", schema,
          set: row.isTrue("relocatable") ? ["alter extension \(name) set schema \(schema)"] : nil))
      draft.add(object, at: CatalogKey("pg_extension", row.text("oid")))
    }
  }
}

/// Members of extensions whose privileges are no longer those that the extension gave them.
struct MemberPrivilegesReader: CatalogReader {
  func query(_ version: Int) -> String {
    func members(
      _ catalog: String, _ kind: String, name: String, acl: String, type: String, owner: String
    ) -> String {
      let given = """
        (select i.initprivs from pg_catalog.pg_init_privs as i
          where i.classoid = 'pg_catalog.\(catalog)'::pg_catalog.regclass and i.objoid = o.oid and i.objsubid = 0)
        """
      let initial = "pg_catalog.acldefault(\(type), o.\(owner))"
      return """
        select '\(catalog)' as catalog, o.oid::text as oid, \(kind) as kind, \(name) as name,
          \(CatalogSQL.memberOf(catalog, "o.oid")) as extension,
          \(CatalogSQL.grants("coalesce(o.\(acl), \(initial))")) as grants,
          \(CatalogSQL.grants("coalesce(\(given), \(initial))")) as initial_grants
        from pg_catalog.\(catalog) as o
        where o.\(acl) is distinct from \(given) and not \(CatalogSQL.isNoMember(catalog, "o.oid"))
        """
    }
    return [
      members(
        "pg_class", "case o.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end",
        name: "o.oid::pg_catalog.regclass::text", acl: "relacl",
        type: "case o.relkind when 'S' then 's' else 'r' end::\"char\"", owner: "relowner"),
      members(
        "pg_proc", "'function'", name: "o.oid::pg_catalog.regprocedure::text", acl: "proacl", type: "'f'",
        owner: "proowner"),
      members(
        "pg_namespace", "'schema'", name: "pg_catalog.quote_ident(o.nspname)", acl: "nspacl", type: "'n'",
        owner: "nspowner"),
      members(
        "pg_type", "'type'", name: "o.oid::pg_catalog.regtype::text", acl: "typacl", type: "'T'",
        owner: "typowner"),
    ].joined(separator: "\nunion all\n")
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      guard let kind = ObjectKind(rawValue: row.text("kind")) else { continue }
      let name = row.text("name")
      let address = kind == .view ? "table \(name)" : kind == .function ? "routine \(name)" : nil
      var object = CatalogObject(kind, name, address: address)
      object.isImplied = true
      object.partOf = [ObjectIdentity(.extension, row.text("extension"))]
      object.dependsOn = object.partOf
      object.privileges = row.privileges(.object(object.address))
      draft.add(object, at: CatalogKey(row.text("catalog"), row.text("oid")))
    }
  }
}
