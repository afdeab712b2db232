/// A file and what is to be done with it.
public struct Work: Sendable {
  public enum Direction: Sendable, Hashable {
    /// Applies the file, and notes it in the history.
    case up
    /// Runs the file that takes it back, and strikes it from the history.
    case down
    /// Runs a file that belongs to every run, and notes nothing.
    case hook(Hooks.Moment)
  }

  public let file: MigrationFile
  /// What is run: the file's own statements, or those that take it back.
  public let script: Script
  public let direction: Direction
  /// Whether the journal has something of it: an earlier run did not come to its end.
  let isBegun: Bool

  init(_ file: MigrationFile, _ script: Script, _ direction: Direction, isBegun: Bool = false) {
    self.file = file
    self.script = script
    self.direction = direction
    self.isBegun = isBegun
  }

  /// Whether the history has the file before it is run; nil where it may and may not.
  var isInHistoryBefore: Bool? {
    switch direction {
    case .up: file.version.isRepeatable ? nil : false
    case .down: true
    case .hook: nil
    }
  }

  /// What is said of it when it is done.
  func event(took: Duration) -> MigrationEvent {
    switch direction {
    case .up: .applied(file, took: took)
    case .down: .takenBack(file, took: took)
    case .hook: .hookRun(file, took: took)
    }
  }
}
