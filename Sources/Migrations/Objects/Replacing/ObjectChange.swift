/// What became of a code object in a run.
public struct ObjectChange: Sendable, Hashable, CustomStringConvertible {
  public enum Verb: String, Sendable {
    case created
    /// In place: what depends on it did not notice.
    case replaced
    /// Dropped and made again, with all that it had beside its definition.
    case recreated
    /// Only what its file says beside the definition is new: comments, grants, settings.
    case adjusted
    case dropped
  }

  public let verb: Verb
  public let object: ObjectIdentity
  /// The file that defines it, below `objects/`, or did.
  public let file: String

  public var description: String { "\(verb.rawValue) \(object) (\(ObjectFolder.name)/\(file))" }
}
