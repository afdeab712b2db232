/// Views and materialized views with their options.
struct ViewReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select c.oid, c.oid::pg_catalog.regclass::text as name, c.relkind as kind, \(CatalogSQL.role("c.relowner")) as owner,
      pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as definition, c.reloptions as options,
      array(select pg_catalog.quote_ident(a.attname) || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
        from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 order by a.attnum) as columns,
      (select w.oid from pg_catalog.pg_rewrite as w where w.ev_class = c.oid and w.rulename = '_RETURN') as rule,
      pg_catalog.quote_ident(m.amname) as access_method,
      (select pg_catalog.quote_ident(s.spcname) from pg_catalog.pg_tablespace as s where s.oid = c.reltablespace)
        as tablespace,
      c.reltype as row_type, (select t.typarray from pg_catalog.pg_type as t where t.oid = c.reltype) as row_array,
      \(CatalogSQL.privileges("c.relacl", type: "r", owner: "c.relowner"))
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    left join pg_catalog.pg_am as m on m.oid = c.relam
    where c.relkind in ('v', 'm') and c.relpersistence <> 't' and \(CatalogSQL.isUsers("n", relation: "c"))
      and \(CatalogSQL.isNoMember("pg_class", "c.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let key = CatalogKey("pg_class", row.text("oid"))
      draft.add(Self.object(row), at: key)
      draft.fold(CatalogKey("pg_rewrite", row.text("rule")), into: key)
      for column in ["row_type", "row_array"] {
        draft.fold(CatalogKey("pg_type", row.text(column)), into: key)
      }
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let (name, definition) = (row.text("name"), row.text("definition"))
    let isMaterialized = row["kind"] == "m"
    var view = CatalogObject(isMaterialized ? .materializedView : .view, name)
    let options = row.list("options")
    let with = options.map { splitOption($0) }.map { "\($0.name) = \(literal($0.value))" }
    let clause = with.isEmpty ? "" : " with (\(with.joined(separator: ", ")))"
    view.drop = "drop \(view.address)"
    if isMaterialized {
      let method = row["access_method"].map { $0 == "heap" ? "" : " using \($0)" } ?? ""
      let space = row["tablespace"].map { " tablespace \($0)" } ?? ""
      view.base = ["create materialized view \(name)\(method)\(clause)\(space) as\n\(definition)"]
      view.add(Facet("definition", definition, set: nil))
      if let space = row["tablespace"] {
        view.add(
          Facet(
            "tablespace", space, set: "alter \(view.address) set tablespace \(space)",
            unset: "alter \(view.address) set tablespace pg_default"))
      }
    } else {
      view.base = ["create view \(name)\(clause) as\n\(definition)"]
      view.add(
        Facet(
          "definition", definition, set: "create or replace view \(name)\(clause) as\n\(definition)",
          shape: row.list("columns").joined(separator: ", ")))
    }
    for option in options { view.add(RelationReader.option(option, of: view.address)) }
    view.setOwner(row["owner"])
    view.privileges = row.privileges(.object("table \(name)"))
    return view
  }
}

/// Rewrite rules but those that are views.
struct RuleReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select w.oid, pg_catalog.quote_ident(w.rulename) as name, w.ev_class::pg_catalog.regclass::text as relation,
      pg_catalog.rtrim(pg_catalog.pg_get_ruledef(w.oid), ';') as definition, w.ev_enabled as enabled
    from pg_catalog.pg_rewrite as w
    join pg_catalog.pg_class as c on c.oid = w.ev_class
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where w.rulename <> '_RETURN' and \(CatalogSQL.isUsers("n", relation: "c"))
      and \(CatalogSQL.isNoMember("pg_class", "c.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let (name, relation, definition) = (row.text("name"), row.text("relation"), row.text("definition"))
      var rule = CatalogObject(.rule, "\(name) on \(relation)")
      rule.host = relation
      rule.base = [definition]
      rule.drop = "drop \(rule.address)"
      rule.add(
        Facet(
          "definition", definition,
          set: definition.replacingPrefix("CREATE RULE", with: "CREATE OR REPLACE RULE")))
      rule.add(Facet.firing(row.text("enabled"), "rule \(name)", of: relation))
      draft.add(rule, at: CatalogKey("pg_rewrite", row.text("oid")))
    }
  }
}

extension Facet {
  /// Whether, and in which sessions, a trigger or a rule fires.
  static func firing(_ state: String, _ what: String, of relation: String) -> Facet {
    let (text, verb): (String, String) =
      switch state {
      case "D": ("disabled", "disable")
      case "R": ("enabled on replicas", "enable replica")
      case "A": ("enabled always", "enable always")
      default: ("enabled", "enable")
      }
    let statement = "alter table \(relation) \(verb) \(what)"
    return Facet("firing", text, set: text == "enabled" ? [] : [statement], moment: .afterwards)
      .changing(statement)
  }
}

extension String {
  func replacingPrefix(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}
