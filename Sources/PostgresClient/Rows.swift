internal import CLibPQ

/// What a statement returned: its rows, and the tag that says what it did. Cells are decoded when they are asked for.
public struct Rows: Sendable, RandomAccessCollection {
  let result: ResultHandle

  public var startIndex: Int { 0 }
  public var endIndex: Int { Int(PQntuples(result.pointer)) }

  public subscript(position: Int) -> Row {
    precondition(indices.contains(position), "row \(position) of \(count)")
    return Row(result: result, index: Int32(position))
  }

  public var columns: [Column] {
    (0..<PQnfields(result.pointer)).map { index in
      Column(
        name: String(cString: PQfname(result.pointer, index)), typeOID: PQftype(result.pointer, index),
        typeModifier: PQfmod(result.pointer, index), tableOID: PQftable(result.pointer, index))
    }
  }

  public var tag: CommandTag { CommandTag(result) }
  /// How many rows the statement inserted, updated, deleted, selected or copied.
  public var affected: Int { tag.rows }

  /// The only column of the only row.
  ///
  /// - Throws: ``PostgresError`` of kind `decoding` when there are not exactly one row and one column.
  public func scalar<T: PostgresDecodable>(_ type: T.Type = T.self) throws(PostgresError) -> T {
    guard count == 1, PQnfields(result.pointer) == 1 else {
      throw PostgresError(
        .decoding, "one row of one column was expected, there are \(count) of \(PQnfields(result.pointer))")
    }
    return try self[0].decode(type, at: 0)
  }
}

public struct Column: Sendable, Hashable {
  public let name: String
  public let typeOID: UInt32
  /// The length of a varchar, the precision of a numeric; -1 when there is none.
  public let typeModifier: Int32
  /// The table it comes from, 0 for an expression.
  public let tableOID: UInt32
}

/// What a command did, such as `INSERT 0 5`.
public struct CommandTag: Sendable, Hashable, CustomStringConvertible {
  public let text: String

  public init(text: String) { self.text = text }
  init(_ result: ResultHandle) { text = String(cString: PQcmdStatus(result.pointer)) }

  public var description: String { text }
  /// The tag without its numbers, such as `INSERT` or `CREATE TABLE`.
  public var command: String {
    text.split(separator: " ").prefix { Int($0) == nil }.joined(separator: " ")
  }
  /// The number of rows at the end of the tag, 0 for commands without one.
  public var rows: Int { text.split(separator: " ").last.flatMap { Int($0) } ?? 0 }
}

/// One row of a result.
public struct Row: Sendable {
  private let result: ResultHandle
  private let index: Int32

  init(result: ResultHandle, index: Int32) {
    self.result = result
    self.index = index
  }

  public var count: Int { Int(PQnfields(result.pointer)) }

  /// The text of a cell, nil for NULL.
  public subscript(column: Int) -> String? {
    precondition(0..<count ~= column, "column \(column) of \(count)")
    return withCell(Int32(column)) { cell in cell.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// The text of the first column of that name, nil for NULL. The column must exist.
  public subscript(name: String) -> String? {
    guard let column = column(named: name) else { preconditionFailure(absence(of: name)) }
    return self[Int(column)]
  }

  /// The texts of all cells in order.
  public var cells: [String?] { (0..<count).map { self[$0] } }

  /// The text of a cell that is not NULL: what ``decode(_:at:)`` makes a `String`, in less time.
  public func text(at column: Int) throws(PostgresError) -> String {
    guard let text = self[column] else { throw failure(String.self, column, "NULL") }
    return text
  }

  /// - Throws: ``PostgresError`` of kind `decoding` that names the column, its type and the type asked for, not the value.
  public func decode<T: PostgresDecodable>(_ type: T.Type = T.self, at column: Int) throws(PostgresError) -> T
  {
    guard 0..<count ~= column else {
      throw PostgresError(.decoding, "there is no column \(column): the result has \(count)")
    }
    guard let text = self[column] else {
      if let null = T.postgresNull { return null }
      throw failure(type, column, "NULL")
    }
    guard let value = T(postgresText: text) else {
      throw failure(type, column, "a text of \(text.utf8.count) bytes")
    }
    return value
  }

  public func decode<T: PostgresDecodable>(
    _ type: T.Type = T.self, named name: String
  ) throws(PostgresError) -> T {
    guard let column = column(named: name) else { throw PostgresError(.decoding, absence(of: name)) }
    return try decode(type, at: Int(column))
  }

  /// Calls the body with the bytes of a cell, nil for NULL.
  func withCell<R>(_ column: Int32, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
    if PQgetisnull(result.pointer, index, column) == 1 { return body(nil) }
    let length = Int(PQgetlength(result.pointer, index, column))
    return body(UnsafeRawBufferPointer(start: PQgetvalue(result.pointer, index, column), count: length))
  }

  private func column(named name: String) -> Int32? {
    // Not PQfnumber: it folds the case of names.
    (0..<Int32(count)).first { String(cString: PQfname(result.pointer, $0)) == name }
  }

  private func absence(of name: String) -> String {
    let names = Rows(result: result).columns.map(\.name).joined(separator: ", ")
    return "there is no column \"\(name)\"; the result has: \(names)"
  }

  private func failure<T>(_ type: T.Type, _ column: Int, _ found: String) -> PostgresError {
    let name = String(cString: PQfname(result.pointer, Int32(column)))
    let oid = PQftype(result.pointer, Int32(column))
    return PostgresError(
      .decoding, "row \(index), column \"\(name)\" (type OID \(oid)): \(found) does not read as \(type)")
  }
}
