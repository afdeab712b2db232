/// Expectations that cannot be read, and the place where.
public struct ExpectationsError: Error, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  /// nil where the fault is the file as a whole.
  public var position: Position?
  public var message: String

  public init(file: String, position: Position? = nil, message: String) {
    self.file = file
    self.position = position
    self.message = message
  }

  public var description: String {
    position.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
  }
}
