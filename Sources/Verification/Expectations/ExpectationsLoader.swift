extension Expectations {
  /// Reads expectations from YAML; errors call the text by the file's name.
  public init(yaml: String, file: String) throws(ExpectationsError) {
    self = try ExpectationsLoader(yaml: yaml, file: file).load()
  }
}

/// Turns the YAML into `Expectations`, and says line and column of whatever does not fit.
struct ExpectationsLoader {
  let file: String
  let root: YAMLNode
  private let lines: [Substring]

  init(yaml: String, file: String) throws(ExpectationsError) {
    self.file = file
    lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
    do throws(YAMLError) {
      guard let node = try YAMLReader.read(yaml) else {
        throw YAMLError(message: "the file is empty", position: nil)
      }
      root = node
    } catch {
      throw ExpectationsError(file: file, position: error.position, message: error.message)
    }
  }

  private static let keys = ["schemas", "personas", "groups", "scene", "relations", "functions"]

  func load() throws(ExpectationsError) -> Expectations {
    let top = try mapping(root, "the file", keys: Self.keys)
    let people = try top["personas"].map(people(from:)) ?? []
    let personas = people.filter { !$0.role.isEmpty }
    guard !personas.isEmpty else { throw fault(at: root, "no personas") }
    let groups = try groups(from: top["groups"], personas: personas.map(\.name))
    let schemas = try top["schemas"].map(texts(_:)) ?? []
    guard !schemas.isEmpty else { throw fault(at: root, "no schemas") }
    return Expectations(
      file: file, schemas: schemas, personas: personas,
      ids: Dictionary(uniqueKeysWithValues: people.map { ($0.name, $0.id) }),
      scene: try top["scene"].map(text(_:)) ?? "",
      relations: try relations(from: top["relations"], groups: groups),
      functions: try functions(from: top["functions"], groups: groups))
  }

  // MARK: People

  /// Whoever has no role is there to own rows, and does nothing himself.
  private func people(from node: YAMLNode) throws(ExpectationsError) -> [Persona] {
    var personas: [Persona] = []
    for (name, body) in try entries(node, "personas") {
      let fields = try mapping(body, "a persona", keys: ["role", "id", "claims"])
      guard fields["role"] != nil || fields["id"] != nil else {
        throw fault(at: body, "\(name.text) has neither a role nor an id")
      }
      let id = try fields["id"].map(text(_:))
      var persona = Persona(name: name.text, role: try fields["role"].map(text(_:)) ?? "", id: id)
      persona.claims = try fields["claims"].map(text(_:)) ?? Self.claims(role: persona.role, id: id)
      personas.append(persona)
    }
    return personas
  }

  private static func claims(role: String, id: String?) -> String {
    JSONText.object(
      (id.map { [("sub", JSONText.string($0))] } ?? []) + [("role", JSONText.string(role))])
  }

  /// Names of personas and groups, each with the personas that it stands for.
  private func groups(from node: YAMLNode?, personas: [String]) throws(ExpectationsError) -> [String:
    [String]]
  {
    var groups = Dictionary(uniqueKeysWithValues: personas.map { ($0, [$0]) })
    groups["nobody"] = []
    guard let node else { return groups }
    for (name, body) in try entries(node, "groups") {
      guard groups[name.text] == nil else {
        throw fault(name, "\(name.text) is already a persona or a group")
      }
      groups[name.text] = try people(in: try field(body), groups: groups)
    }
    return groups
  }

  private func people(
    in field: AccessTable.Field, groups: [String: [String]]
  ) throws(ExpectationsError) -> [String] {
    var people: [String] = []
    for part in field.text.split(separator: ",") {
      guard let members = groups[part.trimmed] else {
        throw fault(field, "nobody is called “\(part.trimmed)”: no persona and no group")
      }
      people += members
    }
    return people
  }

  // MARK: Relations

  private func relations(
    from node: YAMLNode?, groups: [String: [String]]
  ) throws(ExpectationsError) -> [RelationExpectation] {
    guard let node else { return [] }
    var relations: [RelationExpectation] = []
    for (name, body) in try entries(node, "relations") {
      relations.append(try relation(name, body, groups: groups))
    }
    return relations
  }

  private func relation(
    _ name: AccessTable.Field, _ body: YAMLNode, groups: [String: [String]]
  ) throws(ExpectationsError) -> RelationExpectation {
    if body.scalar != nil { return try shortRelation(name, try field(body), groups: groups) }
    let fields = try mapping(body, name.text, keys: ["about", "rows", "access", "insert"])
    guard let access = fields["access"] else { throw fault(name, "\(name.text) has no access table") }
    let table = try table(access)
    let kinds =
      try fields["rows"].map(kinds(from:)) ?? table.columns.map { .init(name: $0.text, predicate: "true") }
    guard table.columns.map(\.text) == kinds.map(\.name) else {
      throw fault(
        table.columns.first ?? name,
        "the head names \(table.columns.map(\.text)), the rows are \(kinds.map(\.name))")
    }
    return RelationExpectation(
      name: name.text, position: name.position, kinds: kinds,
      cells: try cells(of: table, for: name, groups: groups),
      inserts: try inserts(from: fields["insert"], kinds: kinds))
  }

  /// `nobody`, or `service_role may select, insert; admin may select`, for a relation whose rows are all alike.
  private func shortRelation(
    _ name: AccessTable.Field, _ field: AccessTable.Field, groups: [String: [String]]
  ) throws(ExpectationsError) -> RelationExpectation {
    var cells: [String: [Cell]] = [:]
    for persona in Set(groups.values.joined()) {
      cells[persona] = [Cell(grants: [:], position: field.position)]
    }
    for sentence in field.text.split(separator: ";") where field.text != "nobody" {
      let words = sentence.split(separator: " ")
      guard let may = words.firstIndex(of: "may") else {
        throw fault(field, "write “nobody”, or “somebody may select, insert; somebody else may select”")
      }
      func part(_ words: ArraySlice<Substring>) -> AccessTable.Field {
        AccessTable.Field(text: words.joined(separator: " "), position: field.position)
      }
      let cell = try cell(part(words[(may + 1)...]))
      for persona in try people(in: part(words[..<may]), groups: groups) { cells[persona] = [cell] }
    }
    return RelationExpectation(
      name: name.text, position: name.position, kinds: [.init(name: "any row", predicate: "true")],
      cells: cells, inserts: [:])
  }

  private func kinds(from node: YAMLNode) throws(ExpectationsError) -> [RelationExpectation.RowKind] {
    var kinds: [RelationExpectation.RowKind] = []
    for (name, body) in try entries(node, "rows") {
      kinds.append(.init(name: name.text, predicate: try text(body)))
    }
    return kinds
  }

  private func inserts(
    from node: YAMLNode?, kinds: [RelationExpectation.RowKind]
  ) throws(ExpectationsError) -> [String: String] {
    guard let node else { return [:] }
    var inserts: [String: String] = [:]
    for (name, body) in try entries(node, "insert") {
      guard kinds.contains(where: { $0.name == name.text }) else {
        throw fault(name, "no kind of row is called “\(name.text)”")
      }
      inserts[name.text] = try text(body)
    }
    return inserts
  }

  private func cells(
    of table: AccessTable, for relation: AccessTable.Field, groups: [String: [String]]
  ) throws(ExpectationsError) -> [String: [Cell]] {
    var cells: [String: [Cell]] = [:]
    for row in table.rows {
      for persona in try people(in: row.personas, groups: groups) {
        guard cells[persona] == nil else { throw fault(row.personas, "\(persona) has a line already") }
        var parsed: [Cell] = []
        for field in row.cells { parsed.append(try cell(field)) }
        cells[persona] = parsed
      }
    }
    let missing = Set(groups.values.joined()).subtracting(cells.keys).sorted()
    guard missing.isEmpty else {
      let people = missing.joined(separator: ", ")
      throw fault(relation, "\(relation.text) does not say what may be done by \(people)")
    }
    return cells
  }

  private func table(_ node: YAMLNode) throws(ExpectationsError) -> AccessTable {
    let first = node.position.line + 1
    let count = try text(node).split(separator: "\n", omittingEmptySubsequences: false).count
    let block = (first..<min(first + count, lines.count + 1)).map { (number: $0, text: lines[$0 - 1]) }
    do {
      return try AccessTable(lines: block.filter { $0.text.contains("|") || $0.number == first })
    } catch { throw fault(error) }
  }

  private func cell(_ field: AccessTable.Field) throws(ExpectationsError) -> Cell {
    do { return try Cell(field) } catch { throw fault(error) }
  }

  // MARK: Functions

  private func functions(
    from node: YAMLNode?, groups: [String: [String]]
  ) throws(ExpectationsError) -> [FunctionExpectation] {
    guard let node else { return [] }
    var functions: [FunctionExpectation] = []
    for (name, body) in try entries(node, "functions") {
      functions.append(
        FunctionExpectation(
          signature: name.text, position: name.position,
          callers: Set(try people(in: try field(body), groups: groups))))
    }
    return functions
  }
}
