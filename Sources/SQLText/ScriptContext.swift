/// What a script may use beside its own text. Nothing here is read by SQLText itself.
public struct ScriptContext: Sendable {
  /// psql's variables, as a script finds them at its beginning.
  public var variables: [String: String]
  /// The value that `-- muster: env NAME` asks for; nil where the environment has none.
  public var environment: @Sendable (_ name: String) -> String?
  /// Whether a text may have every variable of the environment that it names; where it is read and not run.
  public var givesAll = false
  /// The bytes of an included file. Throws what a person is to be told when there are none.
  public var load: @Sendable (_ path: String) throws(IncludeError) -> [UInt8]

  public init(
    variables: [String: String] = [:],
    environment: @escaping @Sendable (_ name: String) -> String? = { _ in nil },
    load: @escaping @Sendable (_ path: String) throws(IncludeError) -> [UInt8] = { _ throws(IncludeError) in
      throw IncludeError("files are not included here")
    }
  ) {
    self.variables = variables
    self.environment = environment
    self.load = load
  }
}

/// Why an included file cannot be read, in a few words.
public struct IncludeError: Error, Sendable {
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}
