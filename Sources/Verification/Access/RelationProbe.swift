import PostgresClient

/// Puts one persona to every verb on one relation, and compares with what was declared.
///
/// Writes are blind: without WHERE and without RETURNING, since a SELECT policy would hide from the probe what a
/// weak UPDATE or DELETE policy lets through. What a write has touched is counted by the owner.
struct RelationProbe {
  let stage: Stage
  let relation: RelationFacts
  let expectation: RelationExpectation
  let persona: Persona
  /// The file that declares the cells.
  let file: String
  let cells: [Cell]
  /// What somebody of the same role may do somewhere: privileges are the role's, rows are the persona's.
  let cellsOfRole: [Cell]
  /// The kind of a row as a number, −1 where it is of none: a SQL expression.
  let kind: SQL
  /// How many rows of each kind the owner sees.
  let population: [Int: Int]

  init(
    stage: Stage, relation: RelationFacts, expectation: RelationExpectation, expectations: Expectations,
    persona: Persona
  ) throws {
    self.stage = stage
    self.relation = relation
    self.expectation = expectation
    self.persona = persona
    file = expectations.file
    cells = expectation.cells[persona.cellsOf ?? persona.name] ?? []
    cellsOfRole = expectations.personas.filter { $0.role == persona.role }
      .flatMap { expectation.cells[$0.name] ?? [] }
    let cases = expectation.kinds.enumerated().map { index, kind in
      "when \(expectations.resolved(kind.predicate, for: persona).text) then \(index)"
    }
    kind = SQL(raw: "case \(cases.joined(separator: " ")) else -1 end")
    population = relation.kind == .sequence ? [:] : try Self.count(by: kind, in: relation, on: stage)
  }

  func run(inserts: [String: SQL]) throws {
    stage.cells += expectation.kinds.count
    if relation.kind == .sequence { return try probeSequence() }
    if let strays = population[-1] {
      stage.note("\(relation.name): \(strays) rows are of no kind that is declared for \(persona.name)")
    }
    try probeSelect()
    try probeColumns(.update)
    try probeColumns(.insert)
    try probeUpdate()
    try probeHandover()
    try probeDelete()
    try probeInsert(examples: inserts)
    try probeTruncate()
  }

  /// What the policies decide: which rows are seen, and which a blind write touches.
  func probeRows() throws {
    try probeSelect()
    try probeUpdate()
    try probeDelete()
  }

  // MARK: Reading

  private func probeSelect() throws {
    try probeColumns(.select)
    let readable = try columns(with: .select)
    let list = SQL(raw: readable.map(SQL.identifier).joined(separator: ", "))
    let blind: SQL = "select count(*) from \(relation.quoted)"
    guard !readable.isEmpty else {
      return try stage.trial(as: persona, blind) { result in
        if case .success = result { note("select", "may count the rows, although no column is readable") }
      }
    }
    let key: SQL = "select row(\(list))::text"
    let owners = try stage.look("\(key), \(kind) from \(relation.quoted) \(relation.scope)")
    let keys = RelationFacts.array(owners.map { $0[0] ?? "" })
    let scope: SQL = relation.isLarge ? "where row(\(list))::text = any (\(keys)::text[])" : ""
    try stage.trial(as: persona, "\(key) from \(relation.quoted) \(scope)") { result in
      switch result {
      case .failure(let error):
        if !isRefusal(error) { note("select", "failed", detail: error.message) }
      case .success(let seen): judgeSelect(seen: seen, owners: owners)
      }
    }
  }

  private func judgeSelect(seen: Rows, owners: Rows) {
    var kinds: [String: Set<Int>] = [:]
    for row in owners { kinds[row[0] ?? "", default: []].insert(row[1].flatMap { Int($0) } ?? -1) }
    var visible: [Int: Int] = [:]
    for row in seen {
      // Rows that look alike in the readable columns count as each of the kinds that they may be of.
      for kind in kinds[row[0] ?? ""] ?? [] { visible[kind, default: 0] += 1 }
    }
    for (index, count) in population {
      let sees = visible[index] ?? 0
      if allows(.select, kind: index) {
        if sees < count { note("select", "sees \(sees) of \(count) rows", kind: index) }
      } else if sees > 0 {
        note("select", "sees \(sees) rows", kind: index)
      }
    }
  }

  // MARK: Privileges, column by column

  private func probeColumns(_ verb: Verb) throws {
    let granted = Set(try columns(with: verb))
    var declared: Set<String> = []
    for case let columns? in cellsOfRole.map({ $0.grants[verb] }) {
      switch columns {
      case .all: declared.formUnion(relation.columns.map(\.name))
      case .some(let names): declared.formUnion(names)
      }
    }
    let unknown = declared.subtracting(relation.columns.map(\.name)).sorted()
    if !unknown.isEmpty { note(verb.rawValue, "declared on columns that are not there: \(unknown)") }
    let extra = granted.subtracting(declared).sorted()
    if !extra.isEmpty { note(verb.rawValue, "is granted on \(extra), undeclared") }
    let lacking = declared.subtracting(granted).subtracting(unknown).sorted()
    if !lacking.isEmpty { note(verb.rawValue, "is declared on \(lacking), not granted") }
  }

  func columns(with verb: Verb) throws -> [String] {
    try stage.look(
      """
      select attname from pg_catalog.pg_attribute
      where attrelid = \(relation.name)::regclass and attnum > 0 and not attisdropped
        and has_column_privilege(\(persona.role), attrelid, attnum, \(verb.rawValue)) order by attnum
      """
    ).map { $0[0] ?? "" }
  }

  // MARK: Sequences and whole tables

  private func probeSequence() throws {
    for verb in [Verb.usage, .select, .update] {
      let has = try stage.look(
        "select has_sequence_privilege(\(persona.role), \(relation.name)::regclass, \(verb.rawValue))")
      judgePrivilege(verb, has: has.first?[0] == "t")
    }
  }

  private func probeTruncate() throws {
    guard relation.kind.storesRows else { return }
    let has = try stage.look(
      "select has_table_privilege(\(persona.role), \(relation.name)::regclass, 'truncate')")
    judgePrivilege(.truncate, has: has.first?[0] == "t")
    // A guest that is let in would have to wait until nobody uses the table, and others behind it; the grant is a finding already.
    guard !allowsSomewhere(.truncate), stage.guest == nil || has.first?[0] == "f" else { return }
    try stage.trial(as: persona, "truncate \(relation.quoted)") { result in
      if case .success = result { note("truncate", "emptied the table") }
    }
  }

  private func judgePrivilege(_ verb: Verb, has: Bool) {
    let declared = cellsOfRole.contains { $0.allows(verb) }
    if has != declared { note(verb.rawValue, has ? "is granted, undeclared" : "is declared, not granted") }
  }

  // MARK: Common

  /// Whether the server said no. To a broken token it may also say that it is no token.
  func isRefusal(_ error: PostgresError) -> Bool {
    error.code == .insufficientPrivilege || persona.cellsOf != nil && error.code?.category == "22"
  }

  func allows(_ verb: Verb, kind: Int) -> Bool { cells.indices.contains(kind) && cells[kind].allows(verb) }

  func allowsSomewhere(_ verb: Verb) -> Bool { cells.contains { $0.allows(verb) } }

  func note(_ verb: String, _ what: String, kind: Int? = nil, detail: String = "") {
    let rows = kind.map { " on “\($0 < 0 ? "no kind" : expectation.kinds[$0].name)”" } ?? ""
    let cell = kind.flatMap { cells.indices.contains($0) ? cells[$0] : nil } ?? cells.first
    let place = cell.map { "declared at \(file):\($0.position)" } ?? ""
    stage.note(
      "\(relation.name): \(persona.name): \(verb)\(rows): \(what)",
      detail: [detail, place].filter { !$0.isEmpty }.joined(separator: "\n"))
  }

  private static func count(by kind: SQL, in relation: RelationFacts, on stage: Stage) throws -> [Int: Int] {
    let rows = try stage.look("select \(kind), count(*) from \(relation.quoted) \(relation.scope) group by 1")
    return Dictionary(uniqueKeysWithValues: rows.map { (Int($0[0] ?? "") ?? -1, Int($0[1] ?? "") ?? 0) })
  }
}
