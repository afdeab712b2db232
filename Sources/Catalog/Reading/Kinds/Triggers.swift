struct TriggerReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select t.oid, pg_catalog.quote_ident(t.tgname) as name, t.tgrelid::pg_catalog.regclass::text as relation,
      pg_catalog.pg_get_triggerdef(t.oid) as definition, t.tgenabled as enabled, t.tgconstraint <> 0 as is_constraint,
      (select pg_catalog.quote_ident(p.tgname) || ' on ' || p.tgrelid::pg_catalog.regclass::text
        from pg_catalog.pg_trigger as p where p.oid = t.tgparentid) as parent,
      \(CatalogSQL.memberOf("pg_class", "t.tgrelid")) as extension
    from pg_catalog.pg_trigger as t
    join pg_catalog.pg_class as c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where not t.tgisinternal and \(CatalogSQL.isUsers("n", relation: "c"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let (name, relation, definition) = (row.text("name"), row.text("relation"), row.text("definition"))
      var trigger = CatalogObject(.trigger, "\(name) on \(relation)")
      trigger.host = relation
      if let parent = row["parent"] {
        let parent = ObjectIdentity(.trigger, parent)
        trigger.inheritedFrom = parent
        trigger.partOf = [parent, ObjectIdentity(.table, relation)]
      } else {
        trigger.base = [definition]
        trigger.drop = "drop \(trigger.address)"
        if let member = row["extension"] { trigger.partOf = [ObjectIdentity(.extension, member)] }
      }
      let replacement = definition.replacingPrefix("CREATE TRIGGER", with: "CREATE OR REPLACE TRIGGER")
      trigger.add(Facet("definition", definition, set: row.isTrue("is_constraint") ? nil : [replacement]))
      trigger.add(Facet.firing(row.text("enabled"), "trigger \(name)", of: relation))
      draft.add(trigger, at: CatalogKey("pg_trigger", row.text("oid")))
    }
  }
}

struct EventTriggerReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select t.oid, pg_catalog.quote_ident(t.evtname) as name, t.evtevent as event,
      t.evtfoid::pg_catalog.regproc::text as function, t.evtenabled as enabled, \(CatalogSQL.role("t.evtowner")) as owner,
      array(select pg_catalog.quote_literal(tag) from pg_catalog.unnest(t.evttags) as tag order by tag) as tags
    from pg_catalog.pg_event_trigger as t
    where \(CatalogSQL.isNoMember("pg_event_trigger", "t.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let name = row.text("name")
      var trigger = CatalogObject(.eventTrigger, name)
      let tags = row.list("tags")
      let filter = tags.isEmpty ? "" : " when tag in (\(tags.joined(separator: ", ")))"
      let definition = "on \(row.text("event"))\(filter) execute function \(row.text("function"))()"
      trigger.base = ["create event trigger \(name) \(definition)"]
      trigger.drop = "drop event trigger \(name)"
      trigger.add(Facet("definition", definition, set: nil))
      let (state, verb): (String, String) =
        switch row.text("enabled") {
        case "D": ("disabled", "disable")
        case "R": ("enabled on replicas", "enable replica")
        case "A": ("enabled always", "enable always")
        default: ("enabled", "enable")
        }
      let statement = "alter event trigger \(name) \(verb)"
      trigger.add(
        Facet("firing", state, set: state == "enabled" ? [] : [statement], moment: .afterwards)
          .changing(statement))
      trigger.setOwner(row["owner"])
      draft.add(trigger, at: CatalogKey("pg_event_trigger", row.text("oid")))
    }
  }
}
