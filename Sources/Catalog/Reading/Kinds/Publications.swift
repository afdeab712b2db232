/// Publications; what they publish comes with `PublicationContentReader`.
struct PublicationReader: CatalogReader {
  func query(_ version: Int) -> String {
    let generated = version >= 18 ? "p.pubgencols" : "null"
    return """
      select p.oid, pg_catalog.quote_ident(p.pubname) as name, \(CatalogSQL.role("p.pubowner")) as owner,
        p.puballtables as all_tables, p.pubviaroot as via_root, \(generated) as generated_columns,
        pg_catalog.concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
          case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end) as actions
      from pg_catalog.pg_publication as p where \(CatalogSQL.isNoMember("pg_publication", "p.oid"))
      """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var publication = CatalogObject(.publication, name)
      var options = [
        ("publish", row.text("actions")),
        ("publish_via_partition_root", row.isTrue("via_root") ? "true" : "false"),
      ]
      if let generated = row["generated_columns"] {
        options.append(("publish_generated_columns", generated == "s" ? "stored" : "none"))
      }
      let everything = row.isTrue("all_tables") ? " for all tables" : ""
      let with = options.map { "\($0.0) = \(literal($0.1))" }.joined(separator: ", ")
      publication.base = ["create publication \(name)\(everything) with (\(with))"]
      publication.drop = "drop publication \(name)"
      publication.add(Facet("tables", everything.isEmpty ? "listed" : "all", set: nil))
      for (option, value) in options {
        publication.add(
          Facet(option, value, set: "alter publication \(name) set (\(option) = \(literal(value)))"))
      }
      publication.setOwner(row["owner"])
      draft.add(publication, at: CatalogKey("pg_publication", row.text("oid")))
    }
  }
}

/// The tables, columns, rows and schemas of publications.
struct PublicationContentReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select r.prpubid as publication, r.prrelid::pg_catalog.regclass::text as relation, null as schema,
      array(select pg_catalog.quote_ident(a.attname) from pg_catalog.pg_attribute as a
        where a.attrelid = r.prrelid and a.attnum = any (r.prattrs) order by a.attnum) as columns,
      pg_catalog.pg_get_expr(r.prqual, r.prrelid) as filter
    from pg_catalog.pg_publication_rel as r
    union all
    select s.pnpubid, null, pg_catalog.quote_ident(n.nspname), null, null
    from pg_catalog.pg_publication_namespace as s join pg_catalog.pg_namespace as n on n.oid = s.pnnspid
    order by 2, 3
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.change(CatalogKey("pg_publication", row.text("publication"))) { publication in
        let alter = "alter \(publication.address)"
        if let schema = row["schema"] {
          publication.dependsOn.append(ObjectIdentity(.schema, schema))
          publication.add(
            Facet(
              "schema \(schema)", "published", set: "\(alter) add tables in schema \(schema)",
              unset: "\(alter) drop tables in schema \(schema)", moment: .afterwards))
        } else {
          let relation = row.text("relation")
          publication.dependsOn.append(ObjectIdentity(.table, relation))
          let columns = row.list("columns").joined(separator: ", ")
          let list = columns.isEmpty ? "" : " (\(columns))"
          let filter = row["filter"].map { " where (\($0))" } ?? ""
          let detail = (list + filter).trimmingPrefix(" ")
          publication.add(
            Facet(
              "table \(relation)", detail.isEmpty ? "published" : String(detail),
              set: "\(alter) add table \(relation)\(list)\(filter)",
              unset: "\(alter) drop table \(relation)", moment: .afterwards
            ).changing(
              "\(alter) drop table \(relation)", "\(alter) add table \(relation)\(list)\(filter)"))
        }
      }
    }
  }
}
