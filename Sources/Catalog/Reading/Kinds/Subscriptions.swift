/// Subscriptions without their connection strings, which may hold a password.
struct SubscriptionReader: CatalogReader {
  func query(_ version: Int) -> String {
    let streaming =
      "case s.substream::text when 'p' then 'parallel' when 't' then 'on' when 'true' then 'on' else 'off' end"
    var options = [
      ("binary", "s.subbinary"), ("disable_on_error", "s.subdisableonerr"), ("streaming", streaming),
      ("synchronous_commit", "s.subsynccommit"), ("two_phase", "s.subtwophasestate <> 'd'"),
    ]
    if version >= 16 {
      options += [
        ("origin", "s.suborigin"), ("password_required", "s.subpasswordrequired"),
        ("run_as_owner", "s.subrunasowner"),
      ]
    }
    if version >= 17 { options.append(("failover", "s.subfailover")) }
    let list = options.map { "'\($0.0)=' || (\($0.1))::text" }.joined(separator: ",\n        ")
    return """
      select s.oid, pg_catalog.quote_ident(s.subname) as name, \(CatalogSQL.role("s.subowner")) as owner,
        s.subenabled as enabled, s.subslotname as slot,
        array(select pg_catalog.quote_ident(p) from pg_catalog.unnest(s.subpublications) as p order by p) as publications,
        array[\(list)] as options
      from pg_catalog.pg_subscription as s
      where s.subdbid = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
      """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.add(Self.object(row), at: CatalogKey("pg_subscription", row.text("oid")))
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let name = row.text("name")
    var subscription = CatalogObject(.subscription, name)
    let publications = row.list("publications").joined(separator: ", ")
    let alter = "alter subscription \(name)"
    let slot = row["slot"].map(literal) ?? "none"
    let options =
      [("slot_name", slot)] + row.list("options").map { splitOption($0) }.map { ($0.0, literal($0.1)) }
    // Without a connection nobody can be asked whether the slot is to live through a failover.
    let stated = options.filter { $0.0 != "failover" }.map { "\($0.0) = \($0.1)" }.joined(separator: ", ")
    subscription.base = [
      "create subscription \(name) connection '' publication \(publications) with (connect = false, \(stated))"
    ]
    subscription.drop = "drop subscription \(name)"
    subscription.add(
      Facet(
        "publications", publications, set: "\(alter) set publication \(publications) with (refresh = false)"))
    for (option, value) in options {
      let set = ["\(alter) set (\(option) = \(value))"]
      subscription.add(Facet(option, value, set: option == "two_phase" ? nil : set))
    }
    let state = row.isTrue("enabled") ? "enable" : "disable"
    subscription.add(
      Facet("state", "\(state)d", set: [], moment: .afterwards).changing("\(alter) \(state)"))
    subscription.setOwner(row["owner"])
    return subscription
  }
}
