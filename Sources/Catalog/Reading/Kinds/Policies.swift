struct PolicyReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select p.oid, pg_catalog.quote_ident(p.polname) as name, p.polrelid::pg_catalog.regclass::text as relation,
      p.polcmd as command, p.polpermissive as permissive,
      array(select \(CatalogSQL.role("r.oid")) from pg_catalog.unnest(p.polroles) as r (oid) order by 1) as roles,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid) as using, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as check,
      \(CatalogSQL.memberOf("pg_class", "p.polrelid")) as extension
    from pg_catalog.pg_policy as p
    join pg_catalog.pg_class as c on c.oid = p.polrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where \(CatalogSQL.isUsers("n", relation: "c"))
    """
  }

  private static let commands = ["r": "select", "a": "insert", "w": "update", "d": "delete"]

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var policy = CatalogObject(.policy, "\(row.text("name")) on \(row.text("relation"))")
      policy.host = row["relation"]
      let mode = row.isTrue("permissive") ? "permissive" : "restrictive"
      let command = Self.commands[row.text("command")] ?? "all"
      let roles = row.list("roles").joined(separator: ", ")
      let using = row["using"].map { "using (\($0))" }
      let check = row["check"].map { "with check (\($0))" }
      let clauses = ["as \(mode)", "for \(command)", "to \(roles)"] + [using, check].compactMap(\.self)
      policy.base = ["create \(policy.address) \(clauses.joined(separator: " "))"]
      policy.drop = "drop \(policy.address)"
      if let member = row["extension"] { policy.partOf = [ObjectIdentity(.extension, member)] }
      policy.add(Facet("mode", mode, set: nil))
      policy.add(Facet("command", command, set: nil))
      policy.add(Facet("roles", roles, set: "alter \(policy.address) to \(roles)"))
      if let expression = row["using"], let using {
        policy.add(Facet("using", expression, set: "alter \(policy.address) \(using)"))
      }
      if let expression = row["check"], let check {
        policy.add(Facet("check", expression, set: "alter \(policy.address) \(check)"))
      }
      draft.add(policy, at: CatalogKey("pg_policy", row.text("oid")))
    }
  }
}

/// Extended statistics.
struct StatisticsReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select s.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(s.stxname) as name,
      pg_catalog.pg_get_statisticsobjdef(s.oid) as definition, \(CatalogSQL.role("s.stxowner")) as owner,
      nullif(s.stxstattarget, -1) as target
    from pg_catalog.pg_statistic_ext as s
    join pg_catalog.pg_namespace as n on n.oid = s.stxnamespace
    where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_statistic_ext", "s.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var statistics = CatalogObject(.statistics, row.text("name"))
      statistics.base = [row.text("definition")]
      statistics.drop = "drop \(statistics.address)"
      statistics.add(Facet("definition", row.text("definition"), set: nil))
      if let target = row["target"] {
        statistics.add(
          Facet(
            "target", target, set: "alter \(statistics.address) set statistics \(target)",
            unset: "alter \(statistics.address) set statistics -1", moment: .afterwards))
      }
      statistics.setOwner(row["owner"])
      draft.add(statistics, at: CatalogKey("pg_statistic_ext", row.text("oid")))
    }
  }
}
