struct CollationReader: CatalogReader {
  func query(_ version: Int) -> String {
    let locale = version >= 17 ? "c.colllocale" : "c.colliculocale"
    let rules = version >= 16 ? "c.collicurules" : "null"
    return """
      select c.oid, n.nspname, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.collname) as name,
        \(CatalogSQL.role("c.collowner")) as owner, c.collprovider as provider, c.collisdeterministic as deterministic,
        c.collcollate as collate, c.collctype as ctype, \(locale) as locale, \(rules) as rules
      from pg_catalog.pg_collation as c join pg_catalog.pg_namespace as n on n.oid = c.collnamespace
      where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_collation", "c.oid"))
      """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var collation = CatalogObject(.collation, row.text("name"))
      let definition = Self.definition(row)
      collation.base = ["create collation \(row.text("name")) (\(definition))"]
      collation.drop = "drop collation \(row.text("name"))"
      collation.add(Facet("definition", definition, set: nil))
      collation.setOwner(row["owner"])
      draft.add(collation, at: CatalogKey("pg_collation", row.text("oid")))
    }
  }

  private static func definition(_ row: Record) -> String {
    var parts: [String] = []
    switch row.text("provider") {
    case "i": parts.append("provider = icu")
    case "b": parts.append("provider = builtin")
    default: parts.append("provider = libc")
    }
    if let locale = row["locale"] { parts.append("locale = \(literal(locale))") }
    if let collate = row["collate"] { parts.append("lc_collate = \(literal(collate))") }
    if let ctype = row["ctype"] { parts.append("lc_ctype = \(literal(ctype))") }
    if let rules = row["rules"] { parts.append("rules = \(literal(rules))") }
    if !row.isTrue("deterministic") { parts.append("deterministic = false") }
    return parts.joined(separator: ", ")
  }
}
