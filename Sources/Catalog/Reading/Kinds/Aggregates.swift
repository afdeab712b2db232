struct AggregateReader: CatalogReader {
  private static let functions: [(word: String, column: String)] = [
    ("finalfunc", "aggfinalfn"), ("combinefunc", "aggcombinefn"), ("serialfunc", "aggserialfn"),
    ("deserialfunc", "aggdeserialfn"), ("msfunc", "aggmtransfn"), ("minvfunc", "aggminvtransfn"),
    ("mfinalfunc", "aggmfinalfn"),
  ]

  func query(_ version: Int) -> String {
    let functions = Self.functions.map {
      "nullif(a.\($0.column), 0)::pg_catalog.regproc::text as \($0.word)"
    }
    return """
      select p.oid, p.oid::pg_catalog.regprocedure::text as name, \(CatalogSQL.role("p.proowner")) as owner,
        pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) as bare_name,
        case when p.pronargs = 0 then '*' else pg_catalog.pg_get_function_arguments(p.oid) end as arguments,
        a.aggtransfn::pg_catalog.regproc::text as sfunc, pg_catalog.format_type(a.aggtranstype, null) as stype,
        nullif(a.aggtransspace, 0) as sspace, a.agginitval as initcond,
        case when a.aggmtranstype <> 0 then pg_catalog.format_type(a.aggmtranstype, null) end as mstype,
        nullif(a.aggmtransspace, 0) as msspace, a.aggminitval as minitcond,
        a.aggkind as kind, a.aggfinalextra as finalfunc_extra, a.aggfinalmodify as finalfunc_modify,
        a.aggmfinalextra as mfinalfunc_extra, a.aggmfinalmodify as mfinalfunc_modify,
        nullif(a.aggsortop, 0)::pg_catalog.regoperator::text as sortop, p.proparallel as parallel,
        \(functions.joined(separator: ", ")),
        \(CatalogSQL.privileges("p.proacl", type: "f", owner: "p.proowner"))
      from pg_catalog.pg_aggregate as a
      join pg_catalog.pg_proc as p on p.oid = a.aggfnoid
      join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
      where \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_proc", "p.oid"))
      """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      // Ordered-set aggregates have no other name than the one with ORDER BY.
      let called =
        row["kind"] == "n"
        ? name.replacing("()", with: "(*)") : "\(row.text("bare_name"))(\(row.text("arguments")))"
      var aggregate = CatalogObject(.aggregate, name, address: "aggregate \(called)")
      let definition = Self.definition(row)
      aggregate.base = [
        "create aggregate \(row.text("bare_name"))(\(row.text("arguments"))) (\(definition))"
      ]
      aggregate.drop = "drop \(aggregate.address)"
      aggregate.add(
        Facet(
          "definition", "(\(row.text("arguments"))) \(definition)",
          set: [
            "create or replace aggregate \(row.text("bare_name"))(\(row.text("arguments"))) (\(definition))"
          ], shape: row.text("arguments") + row.text("stype")))
      aggregate.setOwner(row["owner"])
      aggregate.privileges = row.privileges(.object("function \(name)"))
      draft.add(aggregate, at: CatalogKey("pg_proc", row.text("oid")))
    }
  }

  private static func definition(_ row: Record) -> String {
    var parts = ["sfunc = \(row.text("sfunc"))", "stype = \(row.text("stype"))"]
    func add(_ word: String, _ text: String?) {
      if let text { parts.append("\(word) = \(text)") }
    }
    let modifies = ["r": "read_only", "s": "shareable", "w": "read_write"]
    add("sspace", row["sspace"])
    for function in functions { add(function.word, row[function.word]) }
    if row.isTrue("finalfunc_extra") { parts.append("finalfunc_extra") }
    if row["finalfunc"] != nil { add("finalfunc_modify", modifies[row.text("finalfunc_modify")]) }
    add("initcond", row["initcond"].map { literal($0) })
    add("mstype", row["mstype"])
    add("msspace", row["msspace"])
    if row.isTrue("mfinalfunc_extra") { parts.append("mfinalfunc_extra") }
    if row["mfinalfunc"] != nil { add("mfinalfunc_modify", modifies[row.text("mfinalfunc_modify")]) }
    add("minitcond", row["minitcond"].map { literal($0) })
    add("sortop", row["sortop"].map { "operator(\($0.prefix { $0 != "(" }))" })
    if row["kind"] == "h" { parts.append("hypothetical") }
    add("parallel", ["s": "safe", "r": "restricted"][row.text("parallel")])
    return parts.joined(separator: ", ")
  }
}
