/// Tables, partitioned and foreign ones included. Their columns come with `ColumnReader`, which completes what makes them.
struct RelationReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select c.oid, c.oid::pg_catalog.regclass::text as name, c.relkind as kind, c.relpersistence as persistence,
      \(CatalogSQL.role("c.relowner")) as owner, pg_catalog.quote_ident(m.amname) as access_method,
      pg_catalog.pg_get_partkeydef(c.oid) as partition_key, c.relispartition as is_partition,
      pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound,
      array(select h.inhparent::pg_catalog.regclass::text from pg_catalog.pg_inherits as h
        where h.inhrelid = c.oid order by h.inhseqno) as parents,
      exists (select from pg_catalog.pg_inherits as h where h.inhrelid = c.oid and h.inhdetachpending) as detaching,
      c.reloptions || array(select 'toast.' || o from pg_catalog.unnest(t.reloptions) as o) as options,
      c.relrowsecurity as row_security, c.relforcerowsecurity as forced, c.relreplident as replica_identity,
      (select pg_catalog.quote_ident(ic.relname) from pg_catalog.pg_index as i
        join pg_catalog.pg_class as ic on ic.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisreplident) as replica_index,
      (select pg_catalog.quote_ident(s.spcname) from pg_catalog.pg_tablespace as s where s.oid = c.reltablespace)
        as tablespace,
      nullif(c.reloftype, 0)::pg_catalog.regtype::text as of_type, c.reltype as row_type,
      (select r.typarray from pg_catalog.pg_type as r where r.oid = c.reltype) as row_array,
      (select pg_catalog.quote_ident(fs.srvname) from pg_catalog.pg_foreign_server as fs where fs.oid = f.ftserver)
        as server, \(CatalogSQL.options("f.ftoptions")) as server_options,
      \(CatalogSQL.privileges("c.relacl", type: "r", owner: "c.relowner"))
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    left join pg_catalog.pg_class as t on t.oid = c.reltoastrelid
    left join pg_catalog.pg_am as m on m.oid = c.relam
    left join pg_catalog.pg_foreign_table as f on f.ftrelid = c.oid
    where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't' and \(CatalogSQL.isUsers("n", relation: "c"))
      and \(CatalogSQL.isNoMember("pg_class", "c.oid"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let key = CatalogKey("pg_class", row.text("oid"))
      draft.add(Self.object(row), at: key)
      draft.frames[key] = TableFrame(row)
      for column in ["row_type", "row_array"] {
        draft.fold(CatalogKey("pg_type", row.text(column)), into: key)
      }
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let name = row.text("name")
    var table = CatalogObject(row["kind"] == "f" ? .foreignTable : .table, name)
    table.drop = "drop \(table.address)"
    if row["kind"] != "f" { addStorage(row, &table) }
    addAncestry(row, &table)
    for option in row.list("options") { table.add(self.option(option, of: table.address)) }
    if row["kind"] != "f" {
      addRowSecurity(row, &table)
      addReplicaIdentity(row, &table)
    }
    if let server = row["server"] {
      table.add(Facet("server", server, set: nil))
      for option in row.list("server_options") { table.add(foreignOption(option, of: table.address)) }
    }
    table.setOwner(row["owner"])
    table.privileges = row.privileges(.object("table \(name)"))
    return table
  }

  private static func addStorage(_ row: Record, _ table: inout CatalogObject) {
    let address = table.address
    let persistence = row["persistence"] == "u" ? "unlogged" : "logged"
    table.add(Facet("persistence", persistence, set: "alter \(address) set \(persistence)"))
    if let method = row["access_method"] {
      table.add(Facet("access method", method, set: "alter \(address) set access method \(method)"))
    }
    if let key = row["partition_key"] { table.add(Facet("partition key", key, set: nil)) }
    if let space = row["tablespace"] {
      table.add(
        Facet(
          "tablespace", space, set: "alter \(address) set tablespace \(space)",
          unset: "alter \(address) set tablespace pg_default"))
    }
    if let type = row["of_type"] {
      table.add(
        Facet(
          "of type", type, set: "alter \(address) of \(type)", unset: "alter \(address) not of",
          moment: .afterwards))
    }
  }

  private static func addAncestry(_ row: Record, _ table: inout CatalogObject) {
    let (name, address) = (row.text("name"), table.address)
    for parent in row.list("parents") {
      table.dependsOn.append(ObjectIdentity(.table, parent))
      guard row.isTrue("is_partition") || row.isTrue("detaching") else {
        table.add(
          Facet(
            "parent \(parent)", "", set: "alter \(address) inherit \(parent)",
            unset: "alter \(address) no inherit \(parent)"))
        continue
      }
      let attach = "alter table \(parent) attach partition \(name) \(row.text("bound"))"
      let detach = "alter table \(parent) detach partition \(name)"
      let isDetaching = row.isTrue("detaching")
      table.add(
        Facet(
          "partition of", "\(parent) \(row.text("bound"))\(isDetaching ? ", being detached" : "")",
          set: attach, unset: isDetaching ? "\(detach) finalize" : detach
        ).changing(detach, attach))
    }
  }

  private static func addRowSecurity(_ row: Record, _ table: inout CatalogObject) {
    let address = table.address
    let isEnabled = row.isTrue("row_security")
    let isForced = row.isTrue("forced")
    table.add(
      Facet(
        "row level security", isEnabled ? "enabled" : "disabled",
        set: isEnabled ? ["alter \(address) enable row level security"] : [],
        moment: .afterwards
      ).changing("alter \(address) \(isEnabled ? "enable" : "disable") row level security"))
    table.add(
      Facet(
        "row level security for the owner", isForced ? "forced" : "not forced",
        set: isForced ? ["alter \(address) force row level security"] : [],
        moment: .afterwards
      ).changing("alter \(address) \(isForced ? "force" : "no force") row level security"))
  }

  private static func addReplicaIdentity(_ row: Record, _ table: inout CatalogObject) {
    let identity: String
    switch row.text("replica_identity") {
    case "n": identity = "nothing"
    case "f": identity = "full"
    case "i": identity = row["replica_index"].map { "using index \($0)" } ?? "nothing"
    default: identity = "default"
    }
    let statement = "alter \(table.address) replica identity \(identity)"
    table.add(
      Facet("replica identity", identity, set: identity == "default" ? [] : [statement], moment: .atLast)
        .changing(statement))
  }

  /// A storage parameter, `name=value`.
  static func option(_ option: String, of address: String) -> Facet {
    let (name, value) = splitOption(option)
    return Facet(
      "option \(name)", value, set: "alter \(address) set (\(name) = \(literal(value)))",
      unset: "alter \(address) reset (\(name))")
  }

  static func foreignOption(_ option: String, of address: String) -> Facet {
    let (name, value) = splitOption(option)
    return Facet(
      "option \(name)", value, set: "alter \(address) options (add \(quoted(name)) \(literal(value)))",
      unset: "alter \(address) options (drop \(quoted(name)))"
    ).changing("alter \(address) options (set \(quoted(name)) \(literal(value)))")
  }
}

/// What stands before and behind the columns in CREATE TABLE.
struct TableFrame {
  let opening: String
  let closing: String
  let isPartition: Bool

  init(_ row: Record) {
    isPartition = row.isTrue("is_partition")
    let name = row.text("name")
    let kind =
      row["kind"] == "f" ? "foreign table" : row["persistence"] == "u" ? "unlogged table" : "table"
    let parents = row.list("parents")
    opening = "create \(kind) \(name)" + (isPartition ? " partition of \(parents.joined())" : "")
    var parts: [String] = []
    if isPartition { parts.append(row.text("bound")) }
    if !isPartition, !parents.isEmpty { parts.append("inherits (\(parents.joined(separator: ", ")))") }
    if let key = row["partition_key"] { parts.append("partition by \(key)") }
    if let method = row["access_method"], method != "heap" { parts.append("using \(method)") }
    let options = row.list("options").map { splitOption($0) }
    if !options.isEmpty {
      parts.append("with (\(options.map { "\($0.name) = \(literal($0.value))" }.joined(separator: ", ")))")
    }
    if let space = row["tablespace"] { parts.append("tablespace \(space)") }
    if let server = row["server"] {
      parts.append("server \(server)\(foreignOptions(row.list("server_options")))")
    }
    closing = parts.map { " \($0)" }.joined()
  }

  func statement(columns: [String]) -> String {
    if isPartition { return opening + closing }
    let list = columns.isEmpty ? " ()" : " (\n  \(columns.joined(separator: ",\n  "))\n)"
    return opening + list + closing
  }
}

/// ` options (name 'value', …)`, nothing where there are none.
func foreignOptions(_ options: [String]) -> String {
  guard !options.isEmpty else { return "" }
  let list = options.map { splitOption($0) }.map { "\(quoted($0.name)) \(literal($0.value))" }
  return " options (\(list.joined(separator: ", ")))"
}

/// `name=value`.
func splitOption(_ option: String) -> (name: String, value: String) {
  let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  return (parts[0], parts.count > 1 ? parts[1] : "")
}

/// A name in double quotes.
package func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
