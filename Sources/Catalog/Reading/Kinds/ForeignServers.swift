struct ForeignDataWrapperReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select w.oid, pg_catalog.quote_ident(w.fdwname) as name, \(CatalogSQL.role("w.fdwowner")) as owner,
      nullif(w.fdwhandler, 0)::pg_catalog.regproc::text as handler,
      nullif(w.fdwvalidator, 0)::pg_catalog.regproc::text as validator, \(CatalogSQL.options("w.fdwoptions")) as options,
      \(CatalogSQL.privileges("w.fdwacl", type: "F", owner: "w.fdwowner"))
    from pg_catalog.pg_foreign_data_wrapper as w where \(CatalogSQL.isNoMember("pg_foreign_data_wrapper", "w.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var wrapper = CatalogObject(.foreignDataWrapper, row.text("name"))
      let handler = row["handler"].map { "handler \($0)" } ?? "no handler"
      let validator = row["validator"].map { "validator \($0)" } ?? "no validator"
      wrapper.base = [
        "create \(wrapper.address) \(handler) \(validator)\(foreignOptions(row.list("options")))"
      ]
      wrapper.drop = "drop \(wrapper.address)"
      wrapper.add(Facet("handler", handler, set: "alter \(wrapper.address) \(handler)"))
      wrapper.add(Facet("validator", validator, set: "alter \(wrapper.address) \(validator)"))
      for option in row.list("options") {
        wrapper.add(RelationReader.foreignOption(option, of: wrapper.address))
      }
      wrapper.setOwner(row["owner"])
      wrapper.privileges = row.privileges(.object(wrapper.address))
      draft.add(wrapper, at: CatalogKey("pg_foreign_data_wrapper", row.text("oid")))
    }
  }
}

struct ServerReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select s.oid, pg_catalog.quote_ident(s.srvname) as name, \(CatalogSQL.role("s.srvowner")) as owner,
      s.srvtype as type, s.srvversion as version, pg_catalog.quote_ident(w.fdwname) as wrapper,
      \(CatalogSQL.options("s.srvoptions")) as options,
      \(CatalogSQL.privileges("s.srvacl", type: "S", owner: "s.srvowner"))
    from pg_catalog.pg_foreign_server as s
    join pg_catalog.pg_foreign_data_wrapper as w on w.oid = s.srvfdw
    where \(CatalogSQL.isNoMember("pg_foreign_server", "s.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var server = CatalogObject(.server, name)
      let type = row["type"].map { " type \(literal($0))" } ?? ""
      let version = row["version"].map { " version \(literal($0))" } ?? ""
      let options = foreignOptions(row.list("options"))
      server.base = [
        "create server \(name)\(type)\(version) foreign data wrapper \(row.text("wrapper"))\(options)"
      ]
      server.drop = "drop server \(name)"
      server.add(Facet("definition", "foreign data wrapper \(row.text("wrapper"))\(type)", set: nil))
      if let version = row["version"] {
        server.add(
          Facet(
            "version", version, set: "alter server \(name) version \(literal(version))",
            unset: "alter server \(name) version null"))
      }
      for option in row.list("options") {
        server.add(RelationReader.foreignOption(option, of: server.address))
      }
      server.setOwner(row["owner"])
      server.privileges = row.privileges(.object("foreign server \(name)"))
      draft.add(server, at: CatalogKey("pg_foreign_server", row.text("oid")))
    }
  }
}

/// User mappings without their options, which hold passwords.
struct UserMappingReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select u.umid as oid, case when u.umuser = 0 then 'public' else pg_catalog.quote_ident(u.usename) end as role,
      pg_catalog.quote_ident(u.srvname) as server
    from pg_catalog.pg_user_mappings as u
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      var mapping = CatalogObject(
        .userMapping, "\(row.text("role")) on \(row.text("server"))",
        address: "user mapping for \(row.text("role")) server \(row.text("server"))")
      mapping.base = ["create \(mapping.address)"]
      mapping.drop = "drop \(mapping.address)"
      mapping.dependsOn = [ObjectIdentity(.server, row.text("server"))]
      draft.add(mapping, at: CatalogKey("pg_user_mapping", row.text("oid")))
    }
  }
}
