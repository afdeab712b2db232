/// Whatever can go wrong between this process and a PostgreSQL server, with every field the server sent.
///
/// It never holds parameter values or a password.
public struct PostgresError: Error, Sendable, Hashable {
  /// Who or what failed, for deciding what to do next.
  public enum Kind: String, Sendable, Hashable {
    /// The settings are no valid connection string.
    case settings
    /// No connection could be made, or it broke; the connection is closed.
    case connection
    /// The server refused the statement; the connection is usable.
    case server
    /// A deadline of this client passed.
    case timeout
    /// The task was cancelled or `cancel()` was called.
    case cancelled
    /// The connection had been closed before.
    case closed
    /// A value that came does not read as the type asked for.
    case decoding
    /// A value to send cannot be sent.
    case encoding
    /// The connection was used in a way its state does not allow.
    case `protocol`
  }

  public var kind: Kind
  /// The server's code, such as `23505`.
  public var code: SQLState?
  /// `ERROR`, `FATAL` or `PANIC`, untranslated.
  public var severity: String?
  public var message: String
  public var detail: String?
  public var hint: String?
  /// Where in ``sql``, in characters, from 1.
  public var position: Int?
  /// Where in ``internalQuery``, in characters, from 1.
  public var internalPosition: Int?
  public var internalQuery: String?
  public var context: String?
  public var schema: String?
  public var table: String?
  public var column: String?
  public var dataType: String?
  public var constraint: String?
  public var sourceFile: String?
  public var sourceLine: String?
  public var sourceFunction: String?
  /// The statement as it was sent, with placeholders, not values.
  public var sql: String?

  public init(
    _ kind: Kind, _ message: String, code: SQLState? = nil, detail: String? = nil, hint: String? = nil,
    sql: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.code = code
    self.detail = detail
    self.hint = hint
    self.sql = sql
  }
}

extension PostgresError: CustomStringConvertible {
  /// Several lines for a person: what happened, then detail, hint, where, and the names involved.
  public var description: String {
    var lines = [headline]
    func add(_ label: String, _ value: String?) {
      if let value, !value.isEmpty { lines.append("\(label): \(value)") }
    }
    add("detail", detail)
    add("hint", hint)
    add("constraint", constraint)
    add("table", table.map { name in schema.map { "\($0).\(name)" } ?? name })
    add("column", column)
    add("type", dataType)
    if let sql, let position {
      lines.append(SourceLocation(position: position, in: sql).description)
    } else {
      add("statement", sql.map { abbreviated($0) })
    }
    add("inside", internalQuery.map { abbreviated($0) })
    add("context", context)
    return lines.joined(separator: "\n")
  }

  private var headline: String {
    let code = code.map { " \($0)" } ?? ""
    return "\(severity ?? kind.rawValue)\(code): \(message)"
  }

  private func abbreviated(_ sql: String) -> String {
    let line = sql.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 200 ? "\(line.prefix(199))…" : line
  }
}

/// A position in a statement as line and column, drawn with a caret.
struct SourceLocation: CustomStringConvertible {
  let line: Int
  let column: Int
  private let text: String

  init(position: Int, in sql: String) {
    let scalars = sql.unicodeScalars
    let end = scalars.index(scalars.startIndex, offsetBy: max(0, position - 1), limitedBy: scalars.endIndex)
    let before = scalars[..<(end ?? scalars.endIndex)]
    let lineStart = before.lastIndex(of: "\n").map { scalars.index(after: $0) } ?? scalars.startIndex
    line = before.count { $0 == "\n" } + 1
    column = scalars.distance(from: lineStart, to: before.endIndex) + 1
    text = String(Substring(scalars[lineStart...].prefix { $0 != "\n" }))
  }

  var description: String {
    let label = "line \(line): "
    let shown = text.unicodeScalars.count > 160 ? nil : text
    guard let shown else { return "at line \(line), column \(column)" }
    let indent = String(repeating: " ", count: label.unicodeScalars.count + column - 1)
    return "\(label)\(shown)\n\(indent)^"
  }
}
