/// Procedural languages that no extension brought.
struct LanguageReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select l.oid, pg_catalog.quote_ident(l.lanname) as name, \(CatalogSQL.role("l.lanowner")) as owner,
      l.lanpltrusted as trusted, l.lanplcallfoid::pg_catalog.regproc::text as handler,
      nullif(l.laninline, 0)::pg_catalog.regproc::text as inline,
      nullif(l.lanvalidator, 0)::pg_catalog.regproc::text as validator,
      \(CatalogSQL.privileges("l.lanacl", type: "l", owner: "l.lanowner"))
    from pg_catalog.pg_language as l
    where l.oid >= \(CatalogSQL.firstOwnOID) and \(CatalogSQL.isNoMember("pg_language", "l.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var language = CatalogObject(.language, name)
      let inline = row["inline"].map { " inline \($0)" } ?? ""
      let validator = row["validator"].map { " validator \($0)" } ?? ""
      let trusted = row.isTrue("trusted") ? "trusted " : ""
      let definition = "\(trusted)language \(name) handler \(row.text("handler"))\(inline)\(validator)"
      language.base = ["create \(definition)"]
      language.drop = "drop language \(name)"
      language.add(Facet("definition", definition, set: nil))
      language.setOwner(row["owner"])
      language.privileges = row.privileges(.object("language \(name)"))
      draft.add(language, at: CatalogKey("pg_language", row.text("oid")))
    }
  }
}
