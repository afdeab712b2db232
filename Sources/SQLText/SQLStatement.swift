/// One statement as it is sent.
public struct SQLStatement: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case sql
    /// `COPY … FROM STDIN` and the bytes of its inline data, without the closing `\.` line.
    case copy(data: Range<Int>)
  }

  public let kind: Kind
  /// Of the script's text, from the first token to the last, without leading comments and without the semicolon.
  public let range: Range<Int>
  /// The statement's leading keywords and unquoted identifiers, in lower case; at most `wordLimit` of them.
  public let words: [String]

  public static let wordLimit = 12

  /// True when the statement begins with these words.
  public func begins(with words: String...) -> Bool { self.words.starts(with: words) }
}

/// A comment that speaks to Muster: `-- muster: name argument`.
public struct DirectiveComment: Sendable, Hashable {
  public let name: String
  /// What follows the name; empty when nothing does.
  public let argument: String
  /// Where the name begins, and where the argument does.
  public let nameOffset: Int
  public let argumentOffset: Int
  /// How many statements stand before it: 0 at the top of a file.
  public let statementsBefore: Int
  /// True inside a statement that has begun.
  public let isInsideStatement: Bool
}
