/// A list of targets that cannot be used. Nothing has been sent to a target when it is thrown.
public struct FleetError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, or what else the list came from.
  public let source: String
  /// Counted from 1; nil where the fault is the list as a whole.
  public let line: Int?
  /// Never the line's text, which may hold a password.
  public let message: String

  public init(source: String, line: Int? = nil, message: String) {
    self.source = source
    self.line = line
    self.message = message
  }

  public var description: String { "\(source)\(line.map { ":\($0)" } ?? ""): \(message)" }
}
