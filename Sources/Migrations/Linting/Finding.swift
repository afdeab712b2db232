import SQLText

/// Something in a folder of migrations that would stop a deploy, found without a database.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
  public enum Rule: String, Sendable, CaseIterable {
    /// The folder or a file is no valid set of migrations.
    case invalid
    /// New here, and below a version that the base has.
    case outOfOrder = "out-of-order"
    /// Another file has this version on the base.
    case versionTaken = "version-taken"
    /// A file of the base is not what it is there.
    case edited
    /// A file of the base is gone.
    case removed
    /// A file of the base has another name, or another version.
    case renamed
  }

  public let rule: Rule
  /// The file, or where it would be.
  public let path: String
  /// Counted from 1; 1:1 where the finding is about the file as a whole.
  public let line: Int
  public let column: Int
  public let message: String
  /// The source with a caret under the place.
  public let excerpt: String?
  /// What changed.
  public let difference: UnifiedDiff?

  public init(
    _ rule: Rule, _ path: String, line: Int = 1, column: Int = 1, _ message: String, excerpt: String? = nil,
    difference: UnifiedDiff? = nil
  ) {
    self.rule = rule
    self.path = path
    self.line = line
    self.column = column
    self.message = message
    self.excerpt = excerpt
    self.difference = difference
  }

  init(_ error: FileError) {
    self.init(
      .invalid, error.path, line: error.position?.line ?? 1, column: error.position?.column ?? 1,
      error.message,
      excerpt: error.excerpt)
  }

  /// As compilers print it, so that editors and pipelines find the place.
  public var headline: String { "\(path):\(line):\(column): \(message) [\(rule.rawValue)]" }

  public var description: String {
    [headline, excerpt, difference.map { DiffText($0).plain }].compactMap { $0 }.joined(separator: "\n")
  }
}
