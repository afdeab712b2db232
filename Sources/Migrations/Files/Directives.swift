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

  static let vocabulary = [
    "no-transaction", "lock-timeout DURATION", "statement-timeout DURATION", "requires-extension NAME",
  ]

  public init() {}

  init(_ comments: [DirectiveComment], in source: SQLSource) throws(FileError) {
    var seen: Set<String> = []
    for comment in comments {
      guard comment.statementsBefore == 0, !comment.isInsideStatement else {
        throw FileError(.directiveTooLate(comment.name), in: source, at: comment.nameOffset)
      }
      if comment.name != "requires-extension", !seen.insert(comment.name).inserted {
        throw FileError(.directiveTwice(comment.name), in: source, at: comment.nameOffset)
      }
      try apply(comment, in: source)
    }
  }

  private mutating func apply(_ comment: DirectiveComment, in source: SQLSource) throws(FileError) {
    switch comment.name {
    case "no-transaction":
      guard comment.argument.isEmpty else {
        throw FileError(
          .directiveArgument("no-transaction takes nothing"), in: source, at: comment.argumentOffset)
      }
      noTransaction = true
    case "lock-timeout": lockTimeout = try Self.timeout(comment, in: source)
    case "statement-timeout": statementTimeout = try Self.timeout(comment, in: source)
    case "requires-extension":
      guard !comment.argument.isEmpty, !comment.argument.contains(where: \.isWhitespace) else {
        throw FileError(
          .directiveArgument("requires-extension takes one name"), in: source, at: comment.argumentOffset)
      }
      requiredExtensions.append(RequiredExtension(name: comment.argument, offset: comment.argumentOffset))
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
