/// Sequences with their parameters and owners, not with where they stand. Those of identity columns belong to the column and
/// are listed for their privileges.
struct SequenceReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select c.oid, c.oid::pg_catalog.regclass::text as name, \(CatalogSQL.role("c.relowner")) as owner,
      c.relpersistence as persistence, pg_catalog.format_type(s.seqtypid, null) as type, s.seqstart as start,
      s.seqincrement as increment, s.seqmin as minimum, s.seqmax as maximum, s.seqcache as cache, s.seqcycle as cycle,
      d.deptype as ownership, d.refobjid::pg_catalog.regclass::text as owning_table,
      (select pg_catalog.quote_ident(a.attname) from pg_catalog.pg_attribute as a
        where a.attrelid = d.refobjid and a.attnum = d.refobjsubid) as owning_column,
      \(CatalogSQL.privileges("c.relacl", type: "s", owner: "c.relowner"))
    from pg_catalog.pg_sequence as s
    join pg_catalog.pg_class as c on c.oid = s.seqrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    left join pg_catalog.pg_depend as d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid
      and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
    where \(CatalogSQL.isUsers("n", relation: "c")) and \(CatalogSQL.isNoMember("pg_class", "c.oid"))
      and c.relpersistence <> 't'
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var sequence = CatalogObject(.sequence, name)
      sequence.privileges = row.privileges(.object(sequence.address))
      if row["ownership"] == "i" {
        sequence.isImplied = true
        sequence.partOf = [ObjectIdentity(.table, row.text("owning_table"))]
      } else {
        Self.describe(row, &sequence)
      }
      draft.add(sequence, at: CatalogKey("pg_class", row.text("oid")))
    }
  }

  /// The parameters as SQL writes them behind CREATE SEQUENCE and ALTER SEQUENCE.
  private static let parameters: [(facet: String, column: String, words: String)] = [
    ("type", "type", "as"), ("increment", "increment", "increment by"), ("minimum", "minimum", "minvalue"),
    ("maximum", "maximum", "maxvalue"), ("start", "start", "start with"), ("cache", "cache", "cache"),
  ]

  private static func describe(_ row: Record, _ sequence: inout CatalogObject) {
    let name = row.text("name")
    let cycle = row.isTrue("cycle") ? "cycle" : "no cycle"
    let type = row.text("type")
    let words =
      (type == "bigint" ? [] : ["as \(type)"]) + SequenceParameters(row, type: type).remarkable
    let unlogged = row["persistence"] == "u" ? "unlogged " : ""
    let rest = words.map { " \($0)" }.joined()
    sequence.base = ["create \(unlogged)sequence \(name)\(rest)"]
    sequence.drop = "drop sequence \(name)"
    for (facet, column, words) in parameters {
      sequence.add(
        Facet(facet, row.text(column), set: "alter sequence \(name) \(words) \(row.text(column))"))
    }
    sequence.add(Facet("cycle", cycle, set: "alter sequence \(name) \(cycle)"))
    sequence.add(
      Facet(
        "persistence", unlogged.isEmpty ? "logged" : "unlogged",
        set: "alter sequence \(name) set \(unlogged.isEmpty ? "logged" : "unlogged")"))
    // One that a column owns has that table's owner, and is logged or not as the table is.
    if let table = row["owning_table"], let owner = row["owner"] {
      sequence.inheritedFrom = ObjectIdentity(.table, table)
      sequence.add(Facet("owner", owner, set: []))
    } else {
      sequence.setOwner(row["owner"])
    }
    if let table = row["owning_table"], let column = row["owning_column"] {
      sequence.add(
        Facet(
          "owned by", "\(table).\(column)", set: "alter sequence \(name) owned by \(table).\(column)",
          unset: "alter sequence \(name) owned by none", moment: .atLast))
    }
  }
}
