/// A file and what is to be done with it.
public struct Work: Sendable {
  public enum Direction: Sendable, Hashable {
    /// Applies the file, and notes it in the history.
    case up
    /// Runs the file that takes it back, and strikes it from the history.
    case down
  }

  public let file: MigrationFile
  /// What is run: the file's own statements, or those that take it back.
  public let script: Script
  public let direction: Direction

  public init(_ file: MigrationFile, _ script: Script, _ direction: Direction = .up) {
    self.file = file
    self.script = script
    self.direction = direction
  }
}
