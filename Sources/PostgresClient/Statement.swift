internal import CLibPQ
internal import Glibc

/// A statement with its parameters, for ``PostgresConnection/pipeline(_:timeout:)``.
public struct Statement: Sendable {
  public var sql: String
  public var parameters: [any PostgresEncodable]
  /// Whether the session prepares it once and then only executes it.
  public var isPrepared: Bool
  /// Whether what went before it, up to the last such place, stands even if what follows fails.
  public var syncAfter: Bool

  /// One statement, with `$1`, `$2`, … for the parameters.
  public init(
    _ sql: String, _ parameters: [any PostgresEncodable] = [], prepared: Bool = false, syncAfter: Bool = false
  ) {
    self.sql = sql
    self.parameters = parameters
    isPrepared = prepared
    self.syncAfter = syncAfter
  }
}

/// Parameters in the shape that libpq takes: texts ended by zeros, one after another.
struct ParameterBlock {
  private var bytes: [CChar] = []
  private var offsets: [Int?] = []
  let types: [Oid]

  /// - Throws: ``PostgresError`` of kind `encoding` for a text with a zero in it, which PostgreSQL cannot hold.
  init(_ parameters: [any PostgresEncodable], sql: String) throws(PostgresError) {
    types = parameters.map { type(of: $0).postgresType }
    guard parameters.count <= Int(UInt16.max) else {
      throw PostgresError(
        .encoding, "\(parameters.count) parameters; a statement takes \(UInt16.max)",
        hint: "pass an array, or use COPY",
        sql: sql)
    }
    offsets.reserveCapacity(parameters.count)
    for (index, parameter) in parameters.enumerated() {
      guard let text = parameter.postgresText else {
        offsets.append(nil)
        continue
      }
      offsets.append(bytes.count)
      let isClean = append(text)
      guard isClean else {
        throw PostgresError(
          .encoding, "parameter $\(index + 1) has a zero byte, which no PostgreSQL text can hold", sql: sql)
      }
    }
  }

  private mutating func append(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { utf8 in
      guard !utf8.contains(0) else { return false }
      utf8.withMemoryRebound(to: CChar.self) { bytes.append(contentsOf: $0) }
      bytes.append(0)
      return true
    }
  }

  func withPointers<R>(
    _ body: (_ count: Int32, _ types: UnsafePointer<Oid>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?) ->
      R
  ) -> R {
    guard !offsets.isEmpty else { return body(0, nil, nil) }
    return bytes.withUnsafeBufferPointer { bytes in
      let values = offsets.map { offset in offset.flatMap { at in bytes.baseAddress.map { $0 + at } } }
      return body(Int32(offsets.count), types, values)
    }
  }
}
