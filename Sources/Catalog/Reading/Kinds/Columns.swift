/// The columns of tables, in order, and what was done to those of views.
struct ColumnReader: CatalogReader {
  func query(_ version: Int) -> String {
    let notNullName =
      version >= 18
      ? """
      (select pg_catalog.quote_ident(k.conname) || case when k.connoinherit then ' no inherit' else '' end
          || case when k.convalidated then '' else ' not valid' end
        from pg_catalog.pg_constraint as k
        where k.conrelid = a.attrelid and k.contype = 'n' and k.conkey = array[a.attnum])
      """ : "null"
    return """
      select c.oid, c.oid::pg_catalog.regclass::text as relation, c.relkind as kind, a.attnum as number,
        pg_catalog.quote_ident(a.attname) as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
        nullif(a.attcollation, t.typcollation)::pg_catalog.regcollation::text as collation,
        pg_catalog.pg_get_expr(d.adbin, d.adrelid) as expression, a.attidentity as identity,
        a.attgenerated as generated, a.attnotnull as not_null, \(notNullName) as not_null_name,
        \(version >= 17) as takes_expression,
        nullif(a.attstorage, t.typstorage) as storage, a.attcompression as compression,
        nullif(a.attstattarget, -1) as statistics,
        -- Some builds stamp every column with the place in the WAL at which it was made; that is no option.
        array(select o from pg_catalog.unnest(a.attoptions) as o where o !~ '^pg_') as options,
        \(CatalogSQL.options("a.attfdwoptions")) as foreign_options, a.attislocal as is_local,
        (select h.inhparent::pg_catalog.regclass::text from pg_catalog.pg_inherits as h
          join pg_catalog.pg_attribute as p on p.attrelid = h.inhparent and p.attname = a.attname
            and p.attnum > 0 and not p.attisdropped
          where h.inhrelid = c.oid and a.attinhcount > 0 order by h.inhseqno limit 1) as parent,
        s.seqrelid::pg_catalog.regclass::text as sequence, s.seqstart as start, s.seqincrement as increment,
        s.seqmin as minimum, s.seqmax as maximum, s.seqcache as cache, s.seqcycle as cycle,
        d.oid as expression_oid, \(CatalogSQL.grants("a.attacl")) as grants
      from pg_catalog.pg_attribute as a
      join pg_catalog.pg_class as c on c.oid = a.attrelid
      join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
      join pg_catalog.pg_type as t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
      left join (pg_catalog.pg_depend as sd join pg_catalog.pg_sequence as s on s.seqrelid = sd.objid)
        on sd.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and sd.refclassid = sd.classid
          and sd.refobjid = a.attrelid and sd.refobjsubid = a.attnum and sd.deptype = 'i' and a.attidentity <> ''
      where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'v', 'm')
        and c.relpersistence <> 't' and \(CatalogSQL.isUsers("n", relation: "c"))
        and \(CatalogSQL.isNoMember("pg_class", "c.oid"))
      order by a.attrelid, a.attnum
      """
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    var columns: [CatalogKey: [Record]] = [:]
    for row in rows {
      let key = CatalogKey("pg_class", row.text("oid"))
      columns[key, default: []].append(row)
      draft.add(
        Self.object(row), at: CatalogKey("pg_class", row.text("oid"), column: row.text("number")))
      if let expression = row["expression_oid"] {
        draft.fold(CatalogKey("pg_attrdef", expression), into: key)
      }
    }
    for (key, frame) in draft.frames {
      let rows = columns[key] ?? []
      draft.change(key) { table in
        table.base = [frame.statement(columns: rows.filter { $0.isTrue("is_local") }.map(Self.definition))]
        if !frame.isPartition { table.order = rows.map { $0.text("name") } }
      }
    }
  }

  private static func object(_ row: Record) -> CatalogObject {
    let (relation, name) = (row.text("relation"), row.text("name"))
    let isTable = ["r", "p", "f"].contains(row.text("kind"))
    let kind: ObjectKind =
      switch row.text("kind") {
      case "f": .foreignTable
      case "v": .view
      case "m": .materializedView
      default: .table
      }
    var column = CatalogObject(.column, "\(relation).\(name)")
    column.partOf = [ObjectIdentity(kind, relation)]
    column.privileges = Privileges(
      .column(name, of: "table \(relation)"), grants: row.grants("grants"))
    let alter = "alter \(kind.rawValue) \(relation)"
    guard isTable else {
      column.isImplied = true
      if let expression = row["expression"] {
        column.add(value(expression, "\(alter) alter column \(name)").moved(to: .afterwards))
      }
      return column
    }
    if let parent = row["parent"] {
      column.inheritedFrom = ObjectIdentity(.column, "\(parent).\(name)")
    }
    if row.isTrue("is_local") {
      column.base = ["\(alter) add column \(definition(row))"]
      column.drop = "\(alter) drop column \(name)"
    } else if let inherited = column.inheritedFrom {
      column.partOf.append(inherited)
    }
    for facet in facets(row, alter: alter) { column.add(facet) }
    return column
  }

  /// The column as CREATE TABLE writes it.
  private static func definition(_ row: Record) -> String {
    var parts = [row.text("name"), type(row)]
    if let options = Optional(foreignOptions(row.list("foreign_options"))), !options.isEmpty {
      parts.append(options.trimmingPrefix(" ").description)
    }
    if let generated = generated(row) {
      parts.append(generated)
    } else if let expression = row["expression"] {
      parts.append("default \(expression)")
    }
    if let identity = identity(row) {
      parts.append("generated \(identity) as identity\(inParentheses(sequenceName(row) + remarkable(row)))")
    }
    if row.isTrue("not_null"), !row.text("not_null_name").contains("not valid") {
      let constraint = row["not_null_name"].map { splitName($0) }.flatMap {
        isUsual($0.name, in: row) ? nil : $0
      }
      parts.append((constraint.map { "constraint \($0.name) " } ?? "") + "not null")
      if row.text("not_null_name").contains(" no inherit") { parts.append("no inherit") }
    }
    return parts.joined(separator: " ")
  }

  private static func type(_ row: Record) -> String {
    row.text("type") + (row["collation"].map { " collate \($0)" } ?? "")
  }

  private static func generated(_ row: Record) -> String? {
    guard let expression = row["expression"] else { return nil }
    switch row.text("generated") {
    case "s": return "generated always as (\(expression)) stored"
    case "v": return "generated always as (\(expression)) virtual"
    default: return nil
    }
  }

  private static func identity(_ row: Record) -> String? {
    switch row.text("identity") {
    case "a": "always"
    case "d": "by default"
    default: nil
    }
  }

  private static func remarkable(_ row: Record) -> [String] {
    SequenceParameters(row, type: row.text("type")).remarkable
  }

  /// Only where it is not the one that the server makes up.
  private static func sequenceName(_ row: Record) -> [String] {
    let relation = QualifiedName(row.text("relation"))
    let usual = relation.with { "\($0)_\(QualifiedName(row.text("name")).plain)_seq" }
    let isUsual = QualifiedName(row.text("sequence")).plain == usual.plain
    return isUsual ? [] : ["sequence name \(row.text("sequence"))"]
  }

  private static func inParentheses(_ words: [String]) -> String {
    words.isEmpty ? "" : " (\(words.joined(separator: " ")))"
  }

  /// The value that new rows get.
  private static func value(_ expression: String, _ alter: String) -> Facet {
    Facet(
      "default", expression, set: "\(alter) set default \(expression)", unset: "\(alter) drop default")
  }

  private static func facets(_ row: Record, alter table: String) -> [Facet] {
    let name = row.text("name")
    let alter = "\(table) alter column \(name)"
    let isInherited = !row.isTrue("is_local")
    var facets = [
      Facet("type", type(row), set: "\(alter) type \(type(row)) using \(name)::\(row.text("type"))")
    ]
    if let generated = generated(row) {
      let facet = Facet("generated", generated, set: nil, shape: row.text("generated"))
      let change = "\(alter) set expression as (\(row.text("expression")))"
      facets.append(row.isTrue("takes_expression") ? facet.changing(change) : facet)
    } else if let expression = row["expression"] {
      let value = value(expression, alter)
      facets.append(isInherited ? value.moved(to: .afterwards) : value)
    }
    facets.append(notNull(row, table: table, isInherited: isInherited))
    if let identity = identity(row) {
      let remarkable = remarkable(row)
      let all = SequenceParameters(row, type: row.text("type")).all.map { " set \($0)" }.joined()
      facets.append(
        Facet(
          "identity", "\(identity)\(inParentheses(remarkable))",
          set: "\(alter) add generated \(identity) as identity\(inParentheses(remarkable))",
          unset: "\(alter) drop identity"
        ).changing("\(alter) set generated \(identity)\(all)"))
    }
    facets += storage(row, alter)
    for option in row.list("foreign_options") {
      let (option, value) = splitOption(option)
      facets.append(
        Facet(
          "option \(option)", value, set: "\(alter) options (add \(quoted(option)) \(literal(value)))",
          unset: "\(alter) options (drop \(quoted(option)))"
        ).changing("\(alter) options (set \(quoted(option)) \(literal(value)))"))
    }
    return facets
  }

  private static func notNull(_ row: Record, table: String, isInherited: Bool) -> Facet {
    let name = row.text("name")
    guard row.isTrue("not_null") || row["not_null_name"] != nil else {
      return Facet("nullability", "null", set: "\(table) alter column \(name) drop not null")
    }
    guard let constraint = row["not_null_name"] else {
      let set = "\(table) alter column \(name) set not null"
      return Facet("nullability", "not null", set: set, moment: isInherited ? .afterwards : .creation)
    }
    let (title, rest) = splitName(constraint)
    let isUsual = isUsual(title, in: row)
    let alter = "\(table) alter column \(name)"
    let set =
      isUsual && rest.isEmpty
      ? "\(alter) set not null"
      : "\(table) add constraint \(title) not null \(name)\(rest.isEmpty ? "" : " \(rest)")"
    let isCreated = !isInherited && !rest.contains("not valid")
    return Facet(
      "nullability",
      "not null\(rest.isEmpty ? "" : " \(rest)")\(isUsual ? "" : ", constraint \(title)")", set: set,
      moment: isCreated || isInherited ? .creation : .afterwards
    ).changing("\(alter) drop not null", set)
  }

  /// Whether the server would choose this name for the column's not-null constraint.
  private static func isUsual(_ constraint: String, in row: Record) -> Bool {
    let (table, column) = (QualifiedName(row.text("relation")).plain, QualifiedName(row.text("name")).plain)
    return QualifiedName(constraint).plain == "\(table)_\(column)_not_null"
  }

  private static func storage(_ row: Record, _ alter: String) -> [Facet] {
    var facets: [Facet] = []
    let storages = ["p": "plain", "e": "external", "x": "extended", "m": "main"]
    if let storage = row["storage"].flatMap({ storages[$0] }) {
      facets.append(
        Facet(
          "storage", storage, set: "\(alter) set storage \(storage)",
          unset: "\(alter) set storage default", moment: .afterwards))
    }
    let methods = ["p": "pglz", "l": "lz4"]
    if let method = row["compression"].flatMap({ methods[$0] }) {
      facets.append(
        Facet(
          "compression", method, set: "\(alter) set compression \(method)",
          unset: "\(alter) set compression default", moment: .afterwards))
    }
    if let target = row["statistics"] {
      facets.append(
        Facet(
          "statistics target", target, set: "\(alter) set statistics \(target)",
          unset: "\(alter) set statistics -1", moment: .afterwards))
    }
    for option in row.list("options") {
      let (option, value) = splitOption(option)
      facets.append(
        Facet(
          "option \(option)", value, set: "\(alter) set (\(option) = \(value))",
          unset: "\(alter) reset (\(option))", moment: .afterwards))
    }
    return facets
  }
}
