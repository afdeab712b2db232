import SQLText

/// All files of `objects/`, read and found to be a set: each object is defined once.
struct ObjectSet: Sendable {
  let scripts: [ObjectScript]

  /// Throws `FileError`, before anything runs, for whatever no such set can hold.
  init(_ files: [ObjectFile], in session: ScriptSession = ScriptSession()) throws(FileError) {
    scripts = try files.map { file throws(FileError) in
      try ObjectScript(file, in: session)
    }
    var first: [ObjectReference: ObjectDefinition] = [:]
    for definition in definitions {
      guard let other = first.updateValue(definition, forKey: definition.reference) else { continue }
      throw FileError(
        .sameObject("\(definition.reference)", other: "\(other.place)"), in: definition.script.source,
        at: definition.statement.range.lowerBound)
    }
  }

  var definitions: [ObjectDefinition] { scripts.flatMap(\.definitions) }
}

/// The order in which definitions are tried first: what a text mentions comes before it, and otherwise the files' own order.
/// The server has the last word; what it cannot make yet is tried again.
enum ObjectOrder {
  static func sorted(_ definitions: [ObjectDefinition]) -> [ObjectDefinition] {
    let named = Dictionary(grouping: definitions.indices) { definitions[$0].reference.name.name }
    var waitsFor = definitions.map { definition in
      Set(mentions(of: definition).flatMap { $0 == definition.reference.name.name ? [] : named[$0] ?? [] })
    }
    var left = Array(definitions.indices)
    var order: [Int] = []
    while !left.isEmpty {
      // In a circle somebody has to be first.
      let next = left.firstIndex { waitsFor[$0].isEmpty } ?? 0
      let index = left.remove(at: next)
      order.append(index)
      for other in left { waitsFor[other].remove(index) }
    }
    return order.map { definitions[$0] }
  }

  /// The body of a SQL function is checked when it is made, and of PL/pgSQL's the types that it declares; what else a body
  /// mentions need not be there yet.
  private static func mentions(of definition: ObjectDefinition) -> Set<String> {
    guard let reader = try? TokenReader(definition.text) else { return [] }
    guard definition.reference.kind.isRoutine else { return reader.mentions() }
    if reader.contains("language", "plpgsql") { return reader.mentions(inBodies: .declarations) }
    return reader.mentions(inBodies: reader.contains("language", "sql") ? .all : .nothing)
  }
}
