/// A place in a source text, as an editor would show it.
public struct SourcePosition: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Bytes from the beginning of the text, a byte-order mark included.
  public let offset: Int
  /// Counted from 1; `\n`, `\r\n` and a lone `\r` each end a line, as they do for PostgreSQL.
  public let line: Int
  /// Counted from 1 in Unicode scalars, which is what PostgreSQL calls characters.
  public let column: Int

  public init(offset: Int, line: Int, column: Int) {
    self.offset = offset
    self.line = line
    self.column = column
  }

  public static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.offset < right.offset }

  public var description: String { "\(line):\(column)" }
}

/// A place in one of the files that a script is made of, with all that a person needs to find it.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
  /// What a person would call the text, usually the path of its file.
  public let source: String
  public let position: SourcePosition
  /// The line with a caret under the place and, in an included file, who included it.
  public let excerpt: String

  /// `migrations/1_a.sql:3:14`
  public var description: String { "\(source):\(position)" }
}
