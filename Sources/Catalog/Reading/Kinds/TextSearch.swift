/// Text search configurations, dictionaries, parsers and templates.
struct TextSearchReader: CatalogReader {
  func query(_ version: Int) -> String {
    func name(_ prefix: String) -> String {
      "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(o.\(prefix)name)"
    }
    func qualified(_ catalog: String, _ prefix: String, _ oid: String) -> String {
      """
      (select pg_catalog.quote_ident(xn.nspname) || '.' || pg_catalog.quote_ident(x.\(prefix)name)
        from pg_catalog.\(catalog) as x join pg_catalog.pg_namespace as xn on xn.oid = x.\(prefix)namespace where x.oid = \(oid))
      """
    }
    func part(
      _ catalog: String, _ kind: String, _ prefix: String, owner: String, _ definition: String
    ) -> String {
      """
      select '\(catalog)' as catalog, o.oid::text as oid, '\(kind)' as kind, \(name(prefix)) as name, \(owner) as owner,
        \(definition) as definition
      from pg_catalog.\(catalog) as o join pg_catalog.pg_namespace as n on n.oid = o.\(prefix)namespace
      where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember(catalog, "o.oid"))
      """
    }
    return [
      part(
        "pg_ts_config", "configuration", "cfg", owner: CatalogSQL.role("o.cfgowner"),
        "'parser = ' || \(qualified("pg_ts_parser", "prs", "o.cfgparser"))"),
      part(
        "pg_ts_dict", "dictionary", "dict", owner: CatalogSQL.role("o.dictowner"),
        "'template = ' || \(qualified("pg_ts_template", "tmpl", "o.dicttemplate")) || coalesce(', ' || o.dictinitoption, '')"
      ),
      part(
        "pg_ts_parser", "parser", "prs", owner: "null",
        """
        pg_catalog.concat_ws(', ', 'start = ' || o.prsstart::pg_catalog.regproc::text,
          'gettoken = ' || o.prstoken::pg_catalog.regproc::text, 'end = ' || o.prsend::pg_catalog.regproc::text,
          'headline = ' || nullif(o.prsheadline, 0)::pg_catalog.regproc::text,
          'lextypes = ' || o.prslextype::pg_catalog.regproc::text)
        """),
      part(
        "pg_ts_template", "template", "tmpl", owner: "null",
        """
        pg_catalog.concat_ws(', ', 'init = ' || nullif(o.tmplinit, 0)::pg_catalog.regproc::text,
          'lexize = ' || o.tmpllexize::pg_catalog.regproc::text)
        """),
    ].joined(separator: "\nunion all\n")
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      guard let kind = ObjectKind(rawValue: "text search \(row.text("kind"))") else { continue }
      var object = CatalogObject(kind, row.text("name"))
      object.base = ["create \(object.address) (\(row.text("definition")))"]
      object.drop = "drop \(object.address)"
      object.add(Facet("definition", row.text("definition"), set: nil))
      object.setOwner(row["owner"])
      draft.add(object, at: CatalogKey(row.text("catalog"), row.text("oid")))
    }
  }
}

/// Which dictionaries a text search configuration asks for which tokens.
struct TextSearchMappingReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select m.mapcfg as configuration, t.alias as token,
      pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(d.dictname), ', '
        order by m.mapseqno) as dictionaries
    from pg_catalog.pg_ts_config_map as m
    join pg_catalog.pg_ts_config as c on c.oid = m.mapcfg
    join pg_catalog.pg_ts_dict as d on d.oid = m.mapdict
    join pg_catalog.pg_namespace as n on n.oid = d.dictnamespace
    cross join lateral pg_catalog.ts_token_type(c.cfgparser) as t
    where t.tokid = m.maptokentype and m.mapcfg >= \(CatalogSQL.firstOwnOID)
    group by m.mapcfg, t.alias order by t.alias
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.change(CatalogKey("pg_ts_config", row.text("configuration"))) { configuration in
        let (token, dictionaries) = (row.text("token"), row.text("dictionaries"))
        let alter = "alter \(configuration.address)"
        configuration.add(
          Facet(
            "mapping of \(token)", dictionaries,
            set: "\(alter) add mapping for \(token) with \(dictionaries)",
            unset: "\(alter) drop mapping for \(token)", moment: .afterwards
          ).changing("\(alter) alter mapping for \(token) with \(dictionaries)"))
      }
    }
  }
}
