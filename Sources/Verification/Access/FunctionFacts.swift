import PostgresClient

/// What the catalog says about one function, as far as probing it needs.
struct FunctionFacts: Sendable {
  /// `public.cast_vote(bigint, bigint)`.
  var signature: String
  /// `public.cast_vote`, quoted where it needs to be.
  var name: String
  /// The types of its input arguments.
  var arguments: [String]
  /// Called by its trigger only, never by name.
  var isTrigger: Bool
  var isProcedure: Bool

  /// The functions of these schemas that no extension but Muster's own brought along, ordered by signature.
  static func all(in schemas: [String], on stage: Stage) throws -> [FunctionFacts] {
    let rows = try stage.look(
      """
      select format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)),
        format('%I.%I', n.nspname, p.proname), oidvectortypes(p.proargtypes),
        p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype), p.prokind = 'p'
      from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname = any (\(RelationFacts.array(schemas))::text[])
        and \(raw: RelationFacts.isOurs("p.oid", "pg_proc", owner: "p.proowner"))
      order by 1
      """)
    return rows.map { row in
      FunctionFacts(
        signature: row[0] ?? "", name: row[1] ?? "",
        arguments: (row[2] ?? "").split(separator: ",").map(\.trimmed),
        isTrigger: row[3] == "t", isProcedure: row[4] == "t")
    }
  }

  /// A call with this text for every argument; nil calls with nulls.
  func call(with argument: String?) -> SQL {
    let values = arguments.map { "\(SQL.literal(argument))::\($0)" }.joined(separator: ", ")
    return SQL(raw: isProcedure ? "call \(name)(\(values))" : "select * from \(name)(\(values))")
  }
}
