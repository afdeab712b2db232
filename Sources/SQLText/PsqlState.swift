/// What psql would remember while it reads a script.
struct PsqlState: Sendable {
  var variables: PsqlVariables
  /// What the script was given, as opposed to what it says itself.
  private(set) var given: [String: String]
  /// Where the values end that are being read, the innermost last: no variable is replaced inside its own value.
  private var openValues: [(name: String, end: Int)] = []
  /// What \unrestrict has to say for other commands to be allowed again.
  var restrictKey: [UInt8]?
  private let context: ScriptContext

  static let deepestInclude = 64

  var isRestricted: Bool { restrictKey != nil }

  init(_ context: ScriptContext) {
    self.context = context
    variables = PsqlVariables(context.variables)
    given = context.variables
  }

  func load(_ path: String) throws(IncludeError) -> [UInt8] { try context.load(path) }
}

// MARK: Variables

extension PsqlState {
  /// The variable that the byte at the offset came out of.
  func openValue(at offset: Int) -> String? { openValues.last { offset < $0.end }?.name }

  /// The bytes for a variable, nil where it stays as it is.
  mutating func replacement(for reference: VariableReference) -> [UInt8]? {
    openValues.removeAll { $0.end <= reference.range.lowerBound }
    if let innermost = openValues.last, reference.range.upperBound > innermost.end { return nil }
    if reference.form == .plain, openValues.contains(where: { $0.name == reference.name }) { return nil }
    guard let value = reference.replacement(variables.values[reference.name]) else { return nil }
    let change = value.count - reference.range.count
    for index in openValues.indices { openValues[index].end += change }
    openValues.append((reference.name, reference.range.lowerBound + value.count))
    return value
  }

  /// `-- muster: env NAME`
  mutating func take(_ directive: DirectiveComment, in text: WorkingText) throws(SQLTextError) {
    let isOneName = !directive.argument.isEmpty && !directive.argument.contains(where: \.isWhitespace)
    guard directive.name == "env", isOneName else { return }
    guard let value = context.environment(directive.argument) else {
      throw text.error(.environmentMissing(directive.argument), at: directive.argumentOffset)
    }
    do {
      try variables.set(directive.argument, to: Array(value.utf8))
      given[directive.argument] = value
    } catch {
      throw text.error(.command(error), at: directive.argumentOffset)
    }
  }
}
