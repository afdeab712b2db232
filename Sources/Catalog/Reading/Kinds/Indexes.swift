/// Indexes, those behind constraints included, and whether they are valid.
struct IndexReader: CatalogReader {
  func query(_ version: Int) -> String {
    """
    select i.indexrelid as oid, i.indexrelid::pg_catalog.regclass::text as name,
      i.indrelid::pg_catalog.regclass::text as relation, c.relkind as relation_kind,
      case when x.relkind = 'I'
        then pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
        else pg_catalog.pg_get_indexdef(i.indexrelid) end as definition,
      i.indisvalid and i.indisready and i.indislive as valid, i.indisclustered as clustered,
      pg_catalog.quote_ident(x.relname) as bare_name, x.reloptions as options,
      (select pg_catalog.quote_ident(s.spcname) from pg_catalog.pg_tablespace as s where s.oid = x.reltablespace)
        as tablespace,
      (select h.inhparent::pg_catalog.regclass::text from pg_catalog.pg_inherits as h where h.inhrelid = x.oid)
        as parent,
      (select pg_catalog.quote_ident(k.conname) || ' on ' || k.conrelid::pg_catalog.regclass::text
        from pg_catalog.pg_constraint as k where k.conindid = x.oid and k.contype in ('p', 'u', 'x')) as constraint_name,
      array(select a.attnum || '=' || a.attstattarget from pg_catalog.pg_attribute as a
        where a.attrelid = x.oid and a.attstattarget >= 0 order by a.attnum) as statistics,
      \(CatalogSQL.memberOf("pg_class", "i.indrelid")) as extension
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as x on x.oid = i.indexrelid
    join pg_catalog.pg_class as c on c.oid = i.indrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and \(CatalogSQL.isUsers("n", relation: "c"))
    """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      draft.add(Self.object(row), at: CatalogKey("pg_class", row.text("oid")))
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let name = row.text("name")
    var index = CatalogObject(.index, name)
    index.host = row.text("relation")
    let tableKind: ObjectKind = row["relation_kind"] == "m" ? .materializedView : .table
    let table = ObjectIdentity(tableKind, row.text("relation"))
    if let parent = row["parent"] { index.inheritedFrom = ObjectIdentity(.index, parent) }
    if let constraint = row["constraint_name"] {
      index.partOf = [ObjectIdentity(.constraint, constraint)]
      for option in row.list("options") {
        index.add(RelationReader.option(option, of: index.address).moved(to: .afterwards))
      }
    } else {
      index.add(Facet("definition", row.text("definition"), set: nil))
      if let parent = index.inheritedFrom {
        index.partOf = [parent, table]
      } else {
        let space = row["tablespace"].map { ["set default_tablespace = \($0)"] } ?? []
        index.base = space + [row.text("definition")] + (space.isEmpty ? [] : ["reset default_tablespace"])
        index.drop = "drop index \(name)"
        if let member = row["extension"] { index.partOf = [ObjectIdentity(.extension, member)] }
      }
    }
    addState(row, &index)
    return index
  }

  private static func addState(_ row: Record, _ index: inout CatalogObject) {
    let (name, relation) = (row.text("name"), row.text("relation"))
    let isValid = row.isTrue("valid")
    index.add(
      Facet("validity", isValid ? "valid" : "invalid", set: isValid ? [] : nil)
        .changing("reindex index \(name)"))
    if row.isTrue("clustered") {
      index.add(
        Facet(
          "clustering", "on", set: "alter table \(relation) cluster on \(row.text("bare_name"))",
          unset: "alter table \(relation) set without cluster", moment: .afterwards))
    }
    if let space = row["tablespace"] {
      index.add(
        Facet(
          "tablespace", space, set: "alter index \(name) set tablespace \(space)",
          unset: "alter index \(name) set tablespace pg_default"))
    }
    for target in row.list("statistics") {
      let (column, target) = splitOption(target)
      index.add(
        Facet(
          "statistics target of column \(column)", target,
          set: "alter index \(name) alter column \(column) set statistics \(target)",
          unset: "alter index \(name) alter column \(column) set statistics -1", moment: .afterwards))
    }
  }
}
