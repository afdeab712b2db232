/// What ALTER DEFAULT PRIVILEGES has said about objects to come.
struct DefaultPrivilegesReader: CatalogReader {
  func query(_ version: Int) -> String {
    let initial = """
      case when d.defaclnamespace = 0
        then pg_catalog.acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)
        end
      """
    return """
      select d.oid, \(CatalogSQL.role("d.defaclrole")) as role, pg_catalog.quote_ident(n.nspname) as schema,
        d.defaclobjtype as type, \(CatalogSQL.grants("d.defaclacl")) as grants, \(CatalogSQL.grants(initial)) as initial_grants
      from pg_catalog.pg_default_acl as d left join pg_catalog.pg_namespace as n on n.oid = d.defaclnamespace
      """
  }

  private static let kinds = [
    "r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas", "L": "large objects",
  ]

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      guard let kind = Self.kinds[row.text("type")] else { continue }
      let schema = row["schema"].map { " in schema \($0)" } ?? ""
      let scope = "for role \(row.text("role"))\(schema)"
      var object = CatalogObject(.defaultPrivileges, "\(scope) on \(kind)")
      object.isImplied = true
      object.privileges = row.privileges(.future(scope, kind: kind))
      if let schema = row["schema"] {
        object.partOf = [ObjectIdentity(.schema, schema)]
        object.dependsOn = [ObjectIdentity(.schema, schema)]
      }
      draft.add(object, at: CatalogKey("pg_default_acl", row.text("oid")))
    }
  }
}
