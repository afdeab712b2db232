import PostgresClient

extension CatalogChecks {
  /// plpgsql_check over every PL/pgSQL function, for each table that it is a trigger of. The extension is created in
  /// the transaction where it is available, and gone with it.
  var plpgsqlCheck: Check {
    let name = "catalog.plpgsql-check-finds-nothing"
    let promise =
      "plpgsql_check finds nothing in any function: no error, no warning, nothing slow, nothing unsafe"
    return Check(name, promise) { [self] context in
      try await Stage.play(in: context, cast: context.personas(for: name)) { stage in
        let known = try stage.flag(
          "select exists (select from pg_available_extensions where name = 'plpgsql_check')")
        guard known else { throw Skip("the extension plpgsql_check is not available on this server") }
        if case .failure(let error) = try stage.attempt("create extension if not exists plpgsql_check") {
          throw Skip("plpgsql_check cannot be created: \(error.message)")
        }
        return try lint(stage)
      }
    }
  }

  private func lint(_ stage: Stage) throws -> String {
    let functions = try stage.look(
      """
      select p.oid::regprocedure::text, coalesce(t.tgrelid, 0)::regclass::text,
        coalesce(max(t.tgoldtable), ''), coalesce(nullif(max(t.tgnewtable), max(t.tgoldtable)), '')
      from \(ownFunctions)
      join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
      left join pg_trigger t on t.tgfoid = p.oid and t.tgparentid = 0
      where p.prorettype <> 'trigger'::regtype or t.oid is not null
      group by p.oid, t.tgrelid
      order by 1, 2
      """)
    for row in functions {
      let call: SQL = """
        select concat_ws(' ', level, 'line ' || lineno, sqlstate, message), concat_ws(E'\\n', detail, hint, query)
        from plpgsql_check_function_tb(
          \(row[0])::regprocedure, \(row[1])::regclass, fatal_errors => false, other_warnings => true,
          performance_warnings => true, extra_warnings => true, security_warnings => true,
          oldtable => nullif(\(row[2]), '')::name, newtable => nullif(\(row[3]), '')::name)
        """
      for finding in try stage.look(call) {
        let table = row[1] == "-" ? "" : " on \(row[1] ?? "")"
        stage.note(
          "\(row[0] ?? "")\(table): \(finding[0] ?? "")", detail: finding[1] ?? "",
          script: "create extension if not exists plpgsql_check;\n\(call)")
      }
    }
    return "\(Set(functions.map { $0[0] }).count) functions"
  }
}
