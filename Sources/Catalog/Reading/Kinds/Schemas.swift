struct SchemaReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select n.oid, pg_catalog.quote_ident(n.nspname) as name, \(CatalogSQL.role("n.nspowner")) as owner,
      \(CatalogSQL.privileges("n.nspacl", type: "n", owner: "n.nspowner"))
    from pg_catalog.pg_namespace as n
    where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_namespace", "n.oid"))
      and not (\(CatalogSQL.isRunners("n")))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var schema = CatalogObject(.schema, name)
      // Every new database has one already.
      schema.base = [name == "public" ? "create schema if not exists public" : "create schema \(name)"]
      schema.drop = "drop schema \(name)"
      schema.setOwner(row["owner"])
      schema.privileges = row.privileges(.object(schema.address))
      draft.add(schema, at: CatalogKey("pg_namespace", row.text("oid")))
    }
  }
}
