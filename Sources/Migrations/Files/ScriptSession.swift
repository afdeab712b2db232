/// What a script's text depends on in the session that is to run it.
public struct ScriptSession: Sendable, Hashable {
  /// Whether a backslash in a plain string is a backslash.
  public var standardConformingStrings = true
  /// Whose session it is; nil where a text is read and not run.
  public var user: String?
  public var database: String?

  public init() {}
}

extension Surroundings {
  var session: ScriptSession {
    var session = ScriptSession()
    session.standardConformingStrings = standardConformingStrings
    session.user = user
    session.database = database
    return session
  }
}
