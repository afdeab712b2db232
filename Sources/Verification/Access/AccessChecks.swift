import PostgresClient

/// The checks that hold a database to its expectations: one that everything is declared, one for each relation, one
/// for the functions of each schema.
public struct AccessChecks: Sendable {
  public var expectations: Expectations

  public init(_ expectations: Expectations) { self.expectations = expectations }

  public var checks: [Check] {
    (proof + [provocation]).map(\.check) + [ClaimsLeak.check]
  }

  /// What says whether the database keeps to the table. It calls no function that its caller is allowed to call.
  var proof: [Scene] {
    [coverage] + expectations.relations.map(scene(of:)) + [forgery]
      + expectations.schemas.compactMap(functions(of:))
  }

  // MARK: Coverage

  private var coverage: Scene {
    Scene(
      "access.everything-is-declared",
      "Every relation and function has been given its access by a person, and nothing else has"
    ) { stage in
      try stage.execute(expectations.resolved(expectations.scene, for: nil))
      let relations = try RelationFacts.names(in: expectations.schemas, on: stage)
      for name in relations where expectations.relation(name) == nil {
        stage.note("\(name) is not declared in \(expectations.file)")
      }
      for expected in expectations.relations
      where Glob(expected.name).isLiteral && !relations.contains(expected.name) {
        if try stage.look("select to_regclass(\(expected.name))").first?[0] != nil { continue }
        note(stage, "\(expected.name) is declared, and does not exist", at: expected.position)
      }
      let functions = try FunctionFacts.all(in: expectations.schemas, on: stage).map(\.signature)
      for signature in functions where expectations.function(signature) == nil {
        stage.note("\(signature) is not declared in \(expectations.file)")
      }
      for expected in expectations.functions
      where Glob(expected.signature).isLiteral && !functions.contains(expected.signature) {
        if try stage.look("select to_regprocedure(\(expected.signature))").first?[0] != nil { continue }
        note(stage, "\(expected.signature) is declared, and does not exist", at: expected.position)
      }
      try lookForOtherSchemas(stage)
      return "\(relations.count) relations, \(functions.count) functions"
    }
  }

  /// A schema that a persona can reach and that nobody declared would be a hole in the table.
  private func lookForOtherSchemas(_ stage: Stage) throws {
    let roles = RelationFacts.array(Array(Set(expectations.personas.map(\.role))))
    let reachable = try stage.look(
      """
      select n.nspname from pg_catalog.pg_namespace n
      where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'extensions')
        and (exists (select from pg_catalog.pg_class c where c.relnamespace = n.oid)
          or exists (select from pg_catalog.pg_proc p where p.pronamespace = n.oid))
        and not n.nspname = any (\(RelationFacts.array(expectations.schemas))::text[])
        and exists (
          select from pg_catalog.pg_roles r where r.rolname = any (\(roles)::text[])
            and has_schema_privilege(r.oid, n.oid, 'usage'))
        and \(raw: RelationFacts.notForeignExtension("n.oid", "pg_namespace"))
      order by 1
      """)
    for row in reachable {
      stage.note("schema \(row[0] ?? "") can be used, and \(expectations.file) does not list it")
    }
  }

  private func note(_ stage: Stage, _ message: String, at position: Position) {
    stage.note(message, detail: "\(expectations.file):\(position)")
  }

  // MARK: Relations

  private func scene(of expectation: RelationExpectation) -> Scene {
    Scene(
      "access.\(expectation.name)",
      "\(expectation.name): each persona may do what the table says, and nothing else"
    ) { stage in
      let relations = try RelationFacts.all(in: expectations.schemas, on: stage) {
        expectations.relation($0)?.name == expectation.name
      }
      guard !relations.isEmpty else { throw Skip("there is no \(expectation.name) of ours") }
      if relations.contains(where: { $0.kind != .sequence }) { try setScene(on: stage) }
      for relation in relations { try probe(relation.located(on: stage), expectation, on: stage) }
      let cells = expectations.personas.count * expectation.kinds.count
      let several = relations.count > 1 ? "\(relations.count) relations × " : ""
      return "\(several)\(cells) cells"
    }
  }

  /// Makes the rows to be probed. A scene that cannot be set is one finding, of the check of declarations.
  private func setScene(on stage: Stage) throws {
    do {
      try stage.execute(expectations.resolved(expectations.scene, for: nil))
    } catch let error as PostgresError where error.code != nil {
      throw Skip("the scene cannot be set: \(error.message)")
    }
  }

  private func probe(
    _ relation: RelationFacts, _ expectation: RelationExpectation, on stage: Stage
  ) throws {
    var populated: Set<Int> = []
    for persona in expectations.personas {
      let probe = try RelationProbe(
        stage: stage, relation: relation, expectation: expectation, expectations: expectations,
        persona: persona)
      populated.formUnion(probe.population.keys)
      try probe.run(
        inserts: expectation.inserts.mapValues { expectations.resolved($0, for: persona) })
    }
    guard relation.kind.storesRows || relation.kind == .view, Glob(expectation.name).isLiteral else { return }
    for (index, kind) in expectation.kinds.enumerated() where !populated.contains(index) {
      stage.note("\(relation.name): the scene has no row of kind “\(kind.name)”: its cells were not tested")
    }
  }

  // MARK: Tokens

  /// A token that says more than it may, or nothing, opens no row and no verb.
  private var forgery: Scene {
    Scene(
      "access.forged-tokens-change-nothing",
      "A token with a forged role, forged metadata, a broken sub or none sees and touches no more than it should"
    ) { stage in
      try setScene(on: stage)
      let forgers = expectations.personas.filter { $0.id != nil }.prefix(1).flatMap(Forgery.personas)
      var probed = 0
      for relation in try RelationFacts.all(in: expectations.schemas, on: stage) {
        guard let expectation = expectations.relation(relation.name), relation.kind != .sequence else {
          continue
        }
        probed += 1
        let located = try relation.located(on: stage)
        for forger in forgers {
          try RelationProbe(
            stage: stage, relation: located, expectation: expectation, expectations: expectations,
            persona: forger
          ).probeRows()
        }
      }
      return "\(forgers.count) tokens × \(probed) relations"
    }
  }

  // MARK: Functions

  private func functions(of schema: String) -> Scene? {
    guard expectations.functions.contains(where: { $0.signature.hasPrefix(schema + ".") }) else { return nil }
    return Scene(
      "access.functions-in-\(schema)",
      "\(schema): each function is executed by those who are named, and by nobody else"
    ) { stage in
      let functions = try FunctionFacts.all(in: [schema], on: stage)
      try probe(functions, on: stage) { probe, persona in try probe.run(as: persona) }
      return "\(functions.count) functions × \(expectations.personas.count) personas"
    }
  }

  private var provocation: Scene {
    Scene(
      "access.functions-take-anything",
      "A function that is called with nulls or nonsense refuses, and does not break", tags: [.alone]
    ) { stage in
      try setScene(on: stage)
      let functions = try FunctionFacts.all(in: expectations.schemas, on: stage)
      try probe(functions, on: stage) { probe, persona in try probe.provoke(as: persona) }
      return "\(functions.count) functions × \(expectations.personas.count) personas"
    }
  }

  private func probe(
    _ functions: [FunctionFacts], on stage: Stage, _ body: (FunctionProbe, Persona) throws -> Void
  ) throws {
    for function in functions {
      guard let expectation = expectations.function(function.signature) else { continue }
      for persona in expectations.personas {
        try body(FunctionProbe(stage: stage, function: function, expectation: expectation), persona)
      }
    }
  }
}
