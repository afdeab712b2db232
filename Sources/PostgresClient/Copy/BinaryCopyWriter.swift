/// Rows on their way into a table.
public struct BinaryCopyWriter: ~Copyable {
  private var encoder = BinaryCopyEncoder()
  private let writer: CopyWriter

  init(_ writer: CopyWriter) { self.writer = writer }

  /// Writes a row of so many columns, whose values the body appends in order.
  ///
  /// - Throws: what the server refuses the data with; let it through.
  public mutating func row(_ columns: Int, _ body: (inout BinaryCopyEncoder) throws -> Void) throws {
    try encoder.row(columns, body)
    if encoder.bytes.count >= CopyWriter.chunk { try flush() }
  }

  mutating func end() throws(PostgresError) {
    encoder.end()
    try flush()
  }

  private mutating func flush() throws(PostgresError) {
    try writer.write(encoder.bytes)
    encoder.removeBytes()
  }
}

extension PostgresConnection {
  /// Sends rows to the server in the binary format.
  ///
  /// ```swift
  /// try connection.copyInBinary("copy beats (id, seen) from stdin with (format binary)") { rows in
  ///   for id in ids {
  ///     try rows.row(2) { row in
  ///       row.append(id)
  ///       row.append(Timestamp.now)
  ///     }
  ///   }
  /// }
  /// ```
  ///
  /// - Returns: how many rows were copied.
  /// - Throws: what the body throws, after which nothing is copied; ``PostgresError`` with what the server says.
  @discardableResult
  public func copyInBinary(
    _ sql: String, timeout: Duration? = nil, _ body: (inout BinaryCopyWriter) throws -> Void
  ) throws -> Int {
    try copyIn(sql, timeout: timeout) { writer in
      var rows = BinaryCopyWriter(writer)
      try body(&rows)
      try rows.end()
    }
  }
}
