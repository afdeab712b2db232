/// Objects of rare kinds, known by their name alone, so that none that comes or goes is missed.
struct OtherObjectReader: CatalogReader {
  func query(_ version: Int) -> String {
    ["pg_am", "pg_conversion", "pg_transform"].map { catalog in
      """
      select '\(catalog)' as catalog, o.oid::text as oid, i.type, i.identity
      from pg_catalog.\(catalog) as o
      cross join lateral pg_catalog.pg_identify_object('pg_catalog.\(catalog)'::pg_catalog.regclass, o.oid, 0) as i
      where o.oid >= \(CatalogSQL.firstOwnOID) and \(CatalogSQL.isNoMember(catalog, "o.oid"))
      """
    }.joined(separator: "\nunion all\n")
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      guard let kind = ObjectKind(rawValue: row.text("type")) else { continue }
      // "for type language name" is how the catalogs call a transform.
      let name = row.text("identity").replacing(" on language ", with: " language ")
      var object = CatalogObject(kind, name)
      object.drop = "drop \(object.address)"
      draft.add(object, at: CatalogKey(row.text("catalog"), row.text("oid")))
    }
  }
}

/// What the catalogs list apart and SQL makes with something else, for the dependencies.
struct PartReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select 'pg_type' as catalog, t.typarray::text as oid, 'pg_type' as whole_catalog, t.oid::text as whole
    from pg_catalog.pg_type as t where t.typarray <> 0 and t.oid >= \(CatalogSQL.firstOwnOID)
    union all
    select pg_catalog.split_part(d.classid::pg_catalog.regclass::text, '.', -1), d.objid::text, 'pg_extension', d.refobjid::text
    from pg_catalog.pg_depend as d where d.deptype = 'e'
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.fold(
        CatalogKey(row.text("catalog"), row.text("oid")),
        into: CatalogKey(row.text("whole_catalog"), row.text("whole")))
    }
  }
}

struct CommentReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select pg_catalog.split_part(d.classoid::pg_catalog.regclass::text, '.', -1) as catalog, d.objoid as oid,
      d.objsubid as column_number, d.description
    from pg_catalog.pg_description as d where d.objoid >= \(CatalogSQL.firstOwnOID)
      or d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let key = CatalogKey(row.text("catalog"), row.text("oid"), column: row.text("column_number"))
      draft.change(key) { object in
        // An extension's comments are its own.
        if !object.isImplied || object.identity.kind == .column { object.setComment(row.text("description")) }
      }
    }
  }
}

struct LabelReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select pg_catalog.split_part(l.classoid::pg_catalog.regclass::text, '.', -1) as catalog, l.objoid as oid,
      l.objsubid as column_number, pg_catalog.quote_ident(l.provider) as provider, l.label
    from pg_catalog.pg_seclabel as l order by l.provider
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let key = CatalogKey(row.text("catalog"), row.text("oid"), column: row.text("column_number"))
      draft.change(key) { $0.setLabel(row.text("label"), by: row.text("provider")) }
    }
  }
}

/// What has to be there before what.
struct DependencyReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select pg_catalog.split_part(d.classid::pg_catalog.regclass::text, '.', -1) as catalog, d.objid as oid,
      pg_catalog.split_part(d.refclassid::pg_catalog.regclass::text, '.', -1) as needed_catalog, d.refobjid as needed,
      d.refobjsubid as needed_column
    from pg_catalog.pg_depend as d
    where d.objid >= \(CatalogSQL.firstOwnOID) and d.refobjid >= \(CatalogSQL.firstOwnOID)
      -- The column that owns a sequence comes behind it; so does what an internal part belongs to, except for indexes.
      and not (d.deptype = 'a' and d.refobjsubid > 0 and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and exists (select from pg_catalog.pg_class as c where c.oid = d.objid and c.relkind = 'S'))
    group by 1, 2, 3, 4, 5
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.link(
        CatalogKey(row.text("catalog"), row.text("oid")),
        to: CatalogKey(row.text("needed_catalog"), row.text("needed"), column: row.text("needed_column")))
    }
  }
}
