/// An object as the database knows it, whatever a search path says: `view public.v`, `function public.f(integer)`.
public struct ObjectIdentity: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The server's word for the kind, such as `materialized view`.
  public let type: String
  /// The server's words for the object, quoted as a statement needs them; behind a trigger's or policy's name stands the
  /// table.
  public let name: String

  init(type: String, name: String) {
    self.type = type
    self.name = name
  }

  public var description: String { "\(type) \(name)" }
}
