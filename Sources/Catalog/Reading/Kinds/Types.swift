/// Enums, composite types, domains and ranges.
struct TypeReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select t.oid, t.typtype as type, pg_catalog.format_type(t.oid, null) as name,
      \(CatalogSQL.role("t.typowner")) as owner, t.typarray as array_type, c.oid as relation,
      array(select pg_catalog.quote_literal(e.enumlabel) from pg_catalog.pg_enum as e
        where e.enumtypid = t.oid order by e.enumsortorder) as labels,
      array(select pg_catalog.quote_ident(a.attname) || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
          || coalesce(' collate ' || nullif(a.attcollation, at.typcollation)::pg_catalog.regcollation::text, '')
        from pg_catalog.pg_attribute as a join pg_catalog.pg_type as at on at.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as attributes,
      pg_catalog.format_type(t.typbasetype, t.typtypmod) as base,
      nullif(t.typcollation, b.typcollation)::pg_catalog.regcollation::text as collation,
      t.typdefault as default_value, t.typnotnull as not_null,
      pg_catalog.format_type(r.rngsubtype, null) as subtype, r.rngmultitypid::pg_catalog.regtype::text as multirange,
      (select pg_catalog.quote_ident(on_.nspname) || '.' || pg_catalog.quote_ident(o.opcname)
        from pg_catalog.pg_opclass as o join pg_catalog.pg_namespace as on_ on on_.oid = o.opcnamespace
        where o.oid = r.rngsubopc and not o.opcdefault) as operator_class,
      (select nullif(r.rngcollation, s.typcollation)::pg_catalog.regcollation::text
        from pg_catalog.pg_type as s where s.oid = r.rngsubtype) as range_collation,
      nullif(r.rngcanonical, 0)::pg_catalog.regproc::text as canonical,
      nullif(r.rngsubdiff, 0)::pg_catalog.regproc::text as subtype_diff, r.rngmultitypid as multirange_type,
      \(CatalogSQL.privileges("t.typacl", type: "T", owner: "t.typowner"))
    from pg_catalog.pg_type as t
    join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
    left join pg_catalog.pg_class as c on c.oid = t.typrelid
    left join pg_catalog.pg_type as b on b.oid = t.typbasetype
    left join pg_catalog.pg_range as r on r.rngtypid = t.oid
    where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_type", "t.oid"))
      and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c')
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let key = CatalogKey("pg_type", row.text("oid"))
      draft.add(Self.object(row), at: key)
      for column in ["array_type", "multirange_type"] {
        draft.fold(CatalogKey("pg_type", row.text(column)), into: key)
      }
      if let relation = row["relation"] { draft.fold(CatalogKey("pg_class", relation), into: key) }
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let name = row.text("name")
    var type = CatalogObject(row.text("type") == "d" ? .domain : .type, name)
    type.drop = "drop \(type.address)"
    switch row.text("type") {
    case "e":
      let labels = row.list("labels").joined(separator: ", ")
      type.base = ["create type \(name) as enum (\(labels))"]
      type.add(Facet("values", labels, set: nil))
      type.order = row.list("labels")
    case "c":
      type.base = ["create type \(name) as (\(row.list("attributes").joined(separator: ", ")))"]
      for attribute in row.list("attributes") { type.add(self.attribute(attribute, of: name)) }
      type.order = row.list("attributes").map { splitName($0).name }
    case "r": range(row, &type)
    default: domain(row, &type)
    }
    type.setOwner(row["owner"])
    type.privileges = row.privileges(.object(type.address))
    return type
  }

  private static func attribute(_ text: String, of type: String) -> Facet {
    let (name, definition) = splitName(text)
    return Facet(
      "attribute \(name)", definition, set: "alter type \(type) add attribute \(name) \(definition)",
      unset: "alter type \(type) drop attribute \(name)"
    ).changing("alter type \(type) alter attribute \(name) type \(definition)")
  }

  private static func domain(_ row: Record, _ domain: inout CatalogObject) {
    let name = row.text("name")
    let collation = row["collation"].map { " collate \($0)" } ?? ""
    let value = row["default_value"].map { " default \($0)" } ?? ""
    let notNull = row.isTrue("not_null")
    domain.base = [
      "create domain \(name) as \(row.text("base"))\(collation)\(value)\(notNull ? " not null" : "")"
    ]
    domain.add(Facet("type", row.text("base") + collation, set: nil))
    if let value = row["default_value"] {
      domain.add(
        Facet(
          "default", value, set: "alter domain \(name) set default \(value)",
          unset: "alter domain \(name) drop default"))
    }
    domain.add(
      Facet(
        "nullability", notNull ? "not null" : "null",
        set: "alter domain \(name) \(notNull ? "set" : "drop") not null"))
  }

  private static func range(_ row: Record, _ range: inout CatalogObject) {
    let parts: [(String, String)] = [
      ("subtype", "subtype"), ("subtype_opclass", "operator_class"), ("collation", "range_collation"),
      ("canonical", "canonical"), ("subtype_diff", "subtype_diff"), ("multirange_type_name", "multirange"),
    ]
    let definition = parts.compactMap { word, column in row[column].map { "\(word) = \($0)" } }
      .joined(separator: ", ")
    range.base = ["create type \(row.text("name")) as range (\(definition))"]
    range.add(Facet("definition", definition, set: nil))
  }
}

/// A quoted name and what follows it.
func splitName(_ text: String) -> (name: String, rest: String) {
  var isQuoted = false
  var end = text.startIndex
  while end < text.endIndex, isQuoted || text[end] != " " {
    if text[end] == "\"" { isQuoted.toggle() }
    end = text.index(after: end)
  }
  return (String(text[..<end]), String(text[end...].dropFirst()))
}
