public import FoundationEssentials

/// Writes rows in the format of COPY … WITH (FORMAT binary). The type of each value must be exactly its column's.
public struct BinaryCopyEncoder: Sendable {
  /// What has been written and not been taken away.
  public private(set) var bytes: [UInt8] = []
  private var missing = 0

  /// Begins with the file's header.
  public init() {
    bytes += "PGCOPY\n".utf8
    bytes += [0xFF, 0x0D, 0x0A, 0]
    put(UInt32(0))  // flags
    put(UInt32(0))  // length of the header's extension
  }

  /// Writes a row: the body appends its values in the order of the columns, exactly as many as there are.
  public mutating func row(_ columns: Int, _ body: (inout BinaryCopyEncoder) throws -> Void) rethrows {
    precondition(missing == 0, "the row before this lacks \(missing) values")
    put(UInt16(columns))
    missing = columns
    try body(&self)
    precondition(missing == 0, "the row has \(columns) columns and \(columns - missing) values")
  }

  /// Ends the file.
  public mutating func end() {
    precondition(missing == 0, "the last row lacks \(missing) values")
    put(UInt16.max)
  }

  public mutating func appendNull() { beginField(UInt32.max) }

  /// `smallint`
  public mutating func append(_ value: Int16) { field(UInt16(bitPattern: value)) }
  /// `integer`
  public mutating func append(_ value: Int32) { field(UInt32(bitPattern: value)) }
  /// `bigint`
  public mutating func append(_ value: Int64) { field(UInt64(bitPattern: value)) }
  /// `double precision`
  public mutating func append(_ value: Double) { field(value.bitPattern) }
  /// `timestamptz` or `timestamp`
  public mutating func append(_ value: Timestamp) {
    append(value.isFinite ? value.microseconds - Timestamp.postgresEpoch : value.microseconds)
  }

  /// `boolean`
  public mutating func append(_ value: Bool) {
    beginField(1)
    bytes.append(value ? 1 : 0)
  }

  /// `text`, `varchar` and, with the digits of a label, enumerations. It must not hold a zero byte.
  public mutating func append(_ value: String) {
    beginField(UInt32(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  /// `bytea`
  public mutating func append(_ value: [UInt8]) {
    beginField(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  /// `uuid`
  public mutating func append(_ value: UUID) {
    beginField(16)
    withUnsafeBytes(of: value.uuid) { bytes.append(contentsOf: $0) }
  }

  /// NULL when there is no value.
  public mutating func append(_ value: Int16?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: Int32?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: Int64?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: Double?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: Timestamp?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: Bool?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: String?) { if let value { append(value) } else { appendNull() } }
  public mutating func append(_ value: UUID?) { if let value { append(value) } else { appendNull() } }

  /// Empties the buffer, keeping its memory; for who has sent the bytes.
  public mutating func removeBytes() { bytes.removeAll(keepingCapacity: true) }

  private mutating func beginField(_ length: UInt32) {
    missing -= 1
    put(length)
  }

  private mutating func field<T: FixedWidthInteger>(_ value: T) {
    beginField(UInt32(MemoryLayout<T>.size))
    put(value)
  }

  private mutating func put<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
