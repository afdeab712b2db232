struct CastReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select c.oid, pg_catalog.format_type(c.castsource, null) || ' as ' || pg_catalog.format_type(c.casttarget, null) as name,
      c.castmethod as method, nullif(c.castfunc, 0)::pg_catalog.regprocedure::text as function, c.castcontext as context
    from pg_catalog.pg_cast as c
    where c.oid >= \(CatalogSQL.firstOwnOID) and \(CatalogSQL.isNoMember("pg_cast", "c.oid"))
      -- A range type's cast to its multirange comes with it.
      and not exists (select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'i')
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var cast = CatalogObject(.cast, row.text("name"), address: "cast (\(row.text("name")))")
      let method =
        switch row.text("method") {
        case "f": "with function \(row.text("function"))"
        case "i": "with inout"
        default: "without function"
        }
      let context = ["a": " as assignment", "i": " as implicit"][row.text("context")] ?? ""
      cast.base = ["create \(cast.address) \(method)\(context)"]
      cast.drop = "drop \(cast.address)"
      cast.add(Facet("definition", method + context, set: nil))
      draft.add(cast, at: CatalogKey("pg_cast", row.text("oid")))
    }
  }
}

struct OperatorReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select o.oid, pg_catalog.quote_ident(n.nspname) || '.' || o.oprname as name, \(CatalogSQL.role("o.oprowner")) as owner,
      case when o.oprleft = 0 then 'none' else pg_catalog.format_type(o.oprleft, null) end as left_type,
      case when o.oprright = 0 then 'none' else pg_catalog.format_type(o.oprright, null) end as right_type,
      nullif(o.oprcode, 0)::pg_catalog.regproc::text as function,
      (select pg_catalog.quote_ident(x.nspname) || '.' || c.oprname from pg_catalog.pg_operator as c
        join pg_catalog.pg_namespace as x on x.oid = c.oprnamespace where c.oid = o.oprcom) as commutator,
      (select pg_catalog.quote_ident(x.nspname) || '.' || c.oprname from pg_catalog.pg_operator as c
        join pg_catalog.pg_namespace as x on x.oid = c.oprnamespace where c.oid = o.oprnegate) as negator,
      nullif(o.oprrest, 0)::pg_catalog.regproc::text as restrict, nullif(o.oprjoin, 0)::pg_catalog.regproc::text as join,
      o.oprcanhash as hashes, o.oprcanmerge as merges
    from pg_catalog.pg_operator as o
    join pg_catalog.pg_namespace as n on n.oid = o.oprnamespace
    where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_operator", "o.oid")) and o.oprcode <> 0
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var object = CatalogObject(.operator, "\(name) (\(row.text("left_type")), \(row.text("right_type")))")
      var parts = ["function = \(row.text("function"))"]
      for side in ["left", "right"] where row["\(side)_type"] != "none" {
        parts.append("\(side)arg = \(row.text("\(side)_type"))")
      }
      for word in ["commutator", "negator"] {
        if let other = row[word] { parts.append("\(word) = operator(\(other))") }
      }
      for word in ["restrict", "join"] {
        if let function = row[word] { parts.append("\(word) = \(function)") }
      }
      for word in ["hashes", "merges"] where row.isTrue(word) { parts.append(word) }
      let definition = parts.joined(separator: ", ")
      object.base = ["create operator \(name) (\(definition))"]
      object.drop = "drop \(object.address)"
      object.add(Facet("definition", definition, set: nil))
      object.setOwner(row["owner"])
      draft.add(object, at: CatalogKey("pg_operator", row.text("oid")))
    }
  }
}

struct OperatorFamilyReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select f.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(f.opfname) as name,
      pg_catalog.quote_ident(m.amname) as method, \(CatalogSQL.role("f.opfowner")) as owner
    from pg_catalog.pg_opfamily as f
    join pg_catalog.pg_namespace as n on n.oid = f.opfnamespace
    join pg_catalog.pg_am as m on m.oid = f.opfmethod
    where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_opfamily", "f.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var family = CatalogObject(.operatorFamily, "\(row.text("name")) using \(row.text("method"))")
      family.base = ["create \(family.address)"]
      family.drop = "drop \(family.address)"
      family.setOwner(row["owner"])
      draft.add(family, at: CatalogKey("pg_opfamily", row.text("oid")))
    }
  }
}

/// Operator classes with the operators and functions that are theirs.
struct OperatorClassReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.opcname) as name,
      pg_catalog.quote_ident(m.amname) as method, \(CatalogSQL.role("c.opcowner")) as owner, c.opcdefault as is_default,
      pg_catalog.format_type(c.opcintype, null) as type,
      case when c.opckeytype <> 0 then pg_catalog.format_type(c.opckeytype, null) end as storage,
      (select pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.opfname)
        from pg_catalog.pg_opfamily as f join pg_catalog.pg_namespace as fn on fn.oid = f.opfnamespace
        where f.oid = c.opcfamily) as family,
      array(select 'operator ' || o.amopstrategy || ' ' || o.amopopr::pg_catalog.regoperator::text
          || case when o.amopsortfamily <> 0 then ' for order by ' || (select pg_catalog.quote_ident(sn.nspname) || '.'
            || pg_catalog.quote_ident(s.opfname) from pg_catalog.pg_opfamily as s
            join pg_catalog.pg_namespace as sn on sn.oid = s.opfnamespace where s.oid = o.amopsortfamily) else '' end
        from pg_catalog.pg_depend as d join pg_catalog.pg_amop as o on o.oid = d.objid
        where d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass and d.refobjid = c.oid
          and d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass order by o.amopstrategy, 1)
      || array(select 'function ' || p.amprocnum || ' (' || pg_catalog.format_type(p.amproclefttype, null) || ', '
          || pg_catalog.format_type(p.amprocrighttype, null) || ') ' || p.amproc::pg_catalog.regprocedure::text
        from pg_catalog.pg_depend as d join pg_catalog.pg_amproc as p on p.oid = d.objid
        where d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass and d.refobjid = c.oid
          and d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass order by p.amprocnum, 1) as items
    from pg_catalog.pg_opclass as c
    join pg_catalog.pg_namespace as n on n.oid = c.opcnamespace
    join pg_catalog.pg_am as m on m.oid = c.opcmethod
    where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_opclass", "c.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var object = CatalogObject(.operatorClass, "\(row.text("name")) using \(row.text("method"))")
      let standard = row.isTrue("is_default") ? "default " : ""
      let items = row.list("items") + (row["storage"].map { ["storage \($0)"] } ?? [])
      let definition = """
        \(standard)for type \(row.text("type")) using \(row.text("method")) family \(row.text("family")) as \
        \(items.joined(separator: ", "))
        """
      object.base = ["create operator class \(row.text("name")) \(definition)"]
      object.drop = "drop \(object.address)"
      object.add(Facet("definition", definition, set: nil))
      object.setOwner(row["owner"])
      draft.add(object, at: CatalogKey("pg_opclass", row.text("oid")))
    }
  }
}
