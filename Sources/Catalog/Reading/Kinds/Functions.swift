/// Functions and procedures.
struct FunctionReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select p.oid, p.oid::pg_catalog.regprocedure::text as name, p.prokind as kind,
      \(CatalogSQL.role("p.proowner")) as owner,
      pg_catalog.rtrim(pg_catalog.pg_get_functiondef(p.oid), E'\\n') as definition,
      pg_catalog.pg_get_function_arguments(p.oid) as arguments,
      pg_catalog.pg_get_function_result(p.oid) as result, pg_catalog.quote_ident(l.lanname) as language,
      coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as body, p.probin as library,
      p.provolatile as volatility, p.prosecdef as definer, p.proisstrict as strict, p.proleakproof as leakproof,
      p.proparallel as parallel, p.procost as cost, p.prorows as rows, p.proretset as is_set,
      nullif(p.prosupport, 0)::pg_catalog.regproc::text as support, p.proconfig as config,
      array(select pg_catalog.format_type(t.type, null)
        from pg_catalog.unnest(p.protrftypes) as t (type)) as transforms,
      \(CatalogSQL.privileges("p.proacl", type: "f", owner: "p.proowner"))
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    join pg_catalog.pg_language as l on l.oid = p.prolang
    where p.prokind in ('f', 'p', 'w') and \(CatalogSQL.isUsers("n")) and \(CatalogSQL.isNoMember("pg_proc", "p.oid"))
      -- A range type's constructors come with it.
      and not exists (select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'i')
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var function = CatalogObject(row["kind"] == "p" ? .procedure : .function, name)
      let definition = row.text("definition")
      function.base = [definition]
      function.drop = "drop \(function.address)"
      function.add(Facet("arguments", row.text("arguments"), set: nil))
      if let result = row["result"] { function.add(Facet("result", result, set: nil)) }
      function.add(Facet("language", row.text("language"), set: definition))
      function.add(
        Facet(
          "body", [row.text("body"), row["library"]].compactMap(\.self).joined(separator: " in "),
          set: definition))
      if row["kind"] == "w" { function.add(Facet("window", "window", set: nil)) }
      if !row.list("transforms").isEmpty {
        function.add(Facet("transforms", row.list("transforms").joined(separator: ", "), set: definition))
      }
      for option in Self.options(row, "alter \(function.address)") { function.add(option) }
      function.setOwner(row["owner"])
      function.privileges = row.privileges(.object(function.address))
      draft.add(function, at: CatalogKey("pg_proc", row.text("oid")))
    }
  }

  private static func options(_ row: Record, _ alter: String) -> [Facet] {
    var facets: [Facet] = []
    if row["kind"] != "p" {
      let volatility = ["i": "immutable", "s": "stable"][row.text("volatility")] ?? "volatile"
      let parallel = ["s": "safe", "r": "restricted"][row.text("parallel")] ?? "unsafe"
      let strictness = row.isTrue("strict") ? "strict" : "called on null input"
      let leakproof = row.isTrue("leakproof") ? "leakproof" : "not leakproof"
      facets += [
        Facet("volatility", volatility, set: "\(alter) \(volatility)"),
        Facet("on null input", strictness, set: "\(alter) \(strictness)"),
        Facet("leakproof", leakproof, set: "\(alter) \(leakproof)"),
        Facet("parallel", parallel, set: "\(alter) parallel \(parallel)"),
        Facet("cost", row.text("cost"), set: "\(alter) cost \(row.text("cost"))"),
      ]
      if row.isTrue("is_set") {
        facets.append(Facet("rows", row.text("rows"), set: "\(alter) rows \(row.text("rows"))"))
      }
      if let support = row["support"] {
        facets.append(Facet("support", support, set: "\(alter) support \(support)"))
      }
    }
    let security = row.isTrue("definer") ? "definer" : "invoker"
    facets.append(Facet("security", security, set: "\(alter) security \(security)"))
    for entry in row.list("config") {
      let (name, value) = splitOption(entry)
      facets.append(
        Facet(
          "setting \(name)", value, set: "\(alter) set \(name) to \(ConfigurationValue.sql(value, of: name))",
          unset: "\(alter) reset \(name)"))
    }
    return facets
  }
}

/// A value of a configuration parameter as the catalogs keep it, as SET takes it.
package enum ConfigurationValue {
  /// The parameters that hold a list of names, each in double quotes where it needs them.
  private static let lists: Set<String> = [
    "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries",
    "temp_tablespaces", "unix_socket_directories",
  ]

  package static func sql(_ value: String, of name: String) -> String {
    guard lists.contains(name.lowercased()) else { return literal(value) }
    let names = names(in: value)
    return names.isEmpty ? "''" : names.map { literal($0) }.joined(separator: ", ")
  }

  private static func names(in list: String) -> [String] {
    var names: [String] = []
    var current = ""
    var isQuoted = false
    var hasAny = false
    for character in list {
      switch character {
      case "\"":
        // Two in a row, inside of quotes, end and begin again at once: they stand for one.
        if !isQuoted, current.last != nil || hasAny { current.append("\"") }
        isQuoted.toggle()
        hasAny = true
      case "," where !isQuoted:
        names.append(current)
        (current, hasAny) = ("", false)
      case " " where !isQuoted: break
      default: current.append(character)
      }
    }
    return hasAny || !current.isEmpty || !names.isEmpty ? names + [current] : []
  }
}
