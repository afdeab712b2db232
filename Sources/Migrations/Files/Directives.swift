import SQLText

/// What the comments at the top of a file ask of the runner.
public struct Directives: Sendable, Hashable {
  /// `no-transaction`: each statement commits on its own; for CREATE INDEX CONCURRENTLY and its like.
  public var noTransaction = false
  /// `lock-timeout 10s`: how long one attempt waits for a lock. Zero waits for ever.
  public var lockTimeout: Timeout?
  /// `statement-timeout 1h`: how long one statement may take. Zero is no limit.
  public var statementTimeout: Timeout?
  /// `requires-extension NAME`: created before the file runs, where it is not there.
  public var requiredExtensions: [RequiredExtension] = []

  public struct RequiredExtension: Sendable, Hashable {
    public let name: String
    /// Where in the file it is asked for.
    public let offset: Int
  }

  /// `env NAME`: the environment's NAME is the script's variable `:NAME`.
  public var environment: [String] = []

  static let vocabulary = [
    "no-transaction", "lock-timeout DURATION", "statement-timeout DURATION", "requires-extension NAME",
    "batch", "env NAME",
  ]

  /// What is asked for single statements, by their index.
  private var own: [Int: ForStatement] = [:]

  private struct ForStatement: Sendable, Hashable {
    var limits = Timeouts()
    var isBatch = false
  }

  /// `lock-timeout` and `statement-timeout` right above a statement hold for it alone.
  func limits(ofStatement index: Int) -> Timeouts { own[index]?.limits ?? Timeouts() }

  /// `batch` right above a statement: it is repeated until it changes no row, and each round commits.
  public func isBatch(_ index: Int) -> Bool { own[index]?.isBatch ?? false }

  /// What is asked for a statement alone, as it would be written.
  public func own(ofStatement index: Int) -> [String] {
    let limits = limits(ofStatement: index)
    return [
      limits.lock.map { "lock-timeout \($0.written)" },
      limits.statement.map { "statement-timeout \($0.written)" }, isBatch(index) ? "batch" : nil,
    ].compactMap(\.self)
  }

  public init() {}

  /// `statements` are those of the source that the comments are counted in.
  init(
    _ comments: [DirectiveComment], of statements: [SQLStatement], in source: SQLSource
  ) throws(FileError) {
    var seen: Set<String> = []
    noTransaction = comments.contains { $0.name == "no-transaction" && $0.statementsBefore == 0 }
    for comment in comments {
      let isOwn = comment.statementsBefore > 0
      guard !comment.isInsideStatement, !isOwn || Self.forStatements.contains(comment.name) else {
        throw FileError(.directiveTooLate(comment.name), in: source, at: comment.nameOffset)
      }
      let key = isOwn ? "\(comment.statementsBefore) \(comment.name)" : comment.name
      if !["requires-extension", "env"].contains(comment.name), !seen.insert(key).inserted {
        throw FileError(.directiveTwice(comment.name), in: source, at: comment.nameOffset)
      }
      if isOwn || comment.name == "batch" {
        try applyToStatement(comment, of: statements, in: source)
      } else {
        try apply(comment, in: source)
      }
    }
  }

  /// For when some of the statements are not among those that run.
  mutating func renumber(_ all: [SQLStatement], as kept: [SQLStatement]) {
    let places = Dictionary(kept.enumerated().map { ($1.range.lowerBound, $0) }) { first, _ in first }
    let moved = own.compactMap { index, value in
      places[all[index].range.lowerBound].map { ($0, value) }
    }
    own = Dictionary(moved) { first, _ in first }
  }

  private static let forStatements: Set = ["lock-timeout", "statement-timeout", "batch"]

  private mutating func applyToStatement(
    _ comment: DirectiveComment, of statements: [SQLStatement], in source: SQLSource
  ) throws(FileError) {
    guard statements.indices.contains(comment.statementsBefore) else {
      throw FileError(.directiveTooLate(comment.name), in: source, at: comment.nameOffset)
    }
    var new = own[comment.statementsBefore] ?? ForStatement()
    switch comment.name {
    case "lock-timeout": new.limits.lock = try Self.timeout(comment, in: source)
    case "statement-timeout": new.limits.statement = try Self.timeout(comment, in: source)
    default:
      guard comment.argument.isEmpty else {
        throw FileError(.directiveArgument("batch takes nothing"), in: source, at: comment.argumentOffset)
      }
      let first = statements[comment.statementsBefore].words.first ?? ""
      guard noTransaction, ["insert", "update", "delete", "merge", "with"].contains(first) else {
        throw FileError(.batchMisplaced, in: source, at: comment.nameOffset)
      }
      new.isBatch = true
    }
    own[comment.statementsBefore] = new
  }

  private mutating func apply(_ comment: DirectiveComment, in source: SQLSource) throws(FileError) {
    switch comment.name {
    case "no-transaction":
      guard comment.argument.isEmpty else {
        throw FileError(
          .directiveArgument("no-transaction takes nothing"), in: source, at: comment.argumentOffset)
      }
    case "lock-timeout": lockTimeout = try Self.timeout(comment, in: source)
    case "statement-timeout": statementTimeout = try Self.timeout(comment, in: source)
    case "requires-extension":
      guard !comment.argument.isEmpty, !comment.argument.contains(where: \.isWhitespace) else {
        throw FileError(
          .directiveArgument("requires-extension takes one name"), in: source, at: comment.argumentOffset)
      }
      requiredExtensions.append(RequiredExtension(name: comment.argument, offset: comment.argumentOffset))
    case "env":
      guard !comment.argument.isEmpty, !comment.argument.contains(where: \.isWhitespace) else {
        throw FileError(.directiveArgument("env takes one name"), in: source, at: comment.argumentOffset)
      }
      environment.append(comment.argument)
    default: throw FileError(.unknownDirective(comment.name), in: source, at: comment.nameOffset)
    }
  }

  private static func timeout(_ comment: DirectiveComment, in source: SQLSource) throws(FileError) -> Timeout
  {
    if let timeout = Timeout(comment.argument) { return timeout }
    let problem = "\(comment.name) takes a duration such as 500ms, 10s, 5min or 1h, or 0 for none"
    throw FileError(.directiveArgument(problem), in: source, at: comment.argumentOffset)
  }
}

/// A duration as PostgreSQL's timeouts take it, in whole milliseconds; zero switches the timeout off.
public struct Timeout: Sendable, Hashable, CustomStringConvertible {
  public let milliseconds: Int32

  public static let none = Timeout(milliseconds: 0)

  public init(milliseconds: Int32) { self.milliseconds = milliseconds }

  /// `500ms`, `10s`, `5min`, `1h`, or `0`; nil for anything else, as for more than PostgreSQL's 24 days.
  public init?(_ text: String) {
    let number = text.prefix { ("0"..."9").contains($0) }
    let unit = text.dropFirst(number.count).drop { $0 == " " }
    guard let value = Int32(number), let factor = Self.factor(of: unit, value: value) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    milliseconds = product
  }

  private static func factor(of unit: Substring, value: Int32) -> Int32? {
    switch unit {
    case "ms": 1
    case "s": 1000
    case "min", "m": 60_000
    case "h": 3_600_000
    case "": value == 0 ? 1 : nil
    default: nil
    }
  }

  /// As it is written in a directive or an option.
  public var written: String { milliseconds == 0 ? "0" : description.replacing(" ", with: "") }

  public var description: String {
    switch milliseconds {
    case 0: "none"
    case let value where value % 3_600_000 == 0: "\(value / 3_600_000) h"
    case let value where value % 60_000 == 0: "\(value / 60_000) min"
    case let value where value % 1000 == 0: "\(value / 1000) s"
    default: "\(milliseconds) ms"
    }
  }
}
