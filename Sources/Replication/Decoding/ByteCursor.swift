/// Reads values in network order off one message, front to back. A read past the end throws; none can crash.
struct ByteCursor {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  /// The message being read, for errors.
  var message: String

  init(_ bytes: ArraySlice<UInt8>, at offset: Int = 0, message: String) {
    self.bytes = bytes
    position = bytes.startIndex + offset
    self.message = message
  }

  /// How far it has read.
  var offset: Int { position - bytes.startIndex }
  var left: Int { bytes.endIndex - position }

  func fault(_ reason: MalformedMessage.Reason, at place: Int? = nil) -> MalformedMessage {
    MalformedMessage(message: message, offset: place ?? offset, reason: reason)
  }

  mutating func byte() throws(MalformedMessage) -> UInt8 {
    let start = try advance(1)
    return bytes[start]
  }

  mutating func integer<Integer: FixedWidthInteger>(
    _: Integer.Type = Integer.self
  ) throws(MalformedMessage) -> Integer {
    let size = Integer.bitWidth / 8
    let start = try advance(size)
    var value: UInt64 = 0
    for index in start..<start + size { value = value << 8 | UInt64(bytes[index]) }
    return Integer(truncatingIfNeeded: value)
  }

  mutating func lsn() throws(MalformedMessage) -> LSN {
    LSN(rawValue: try integer())
  }

  /// A count or a length; `size` is the least that one element takes, so that a wild count is refused before memory is
  /// set aside for it.
  mutating func count<Integer: FixedWidthInteger>(
    _: Integer.Type, ofSize size: Int
  ) throws(MalformedMessage) -> Int {
    let start = offset
    let count = Int(try integer(Integer.self))
    guard count >= 0 else { throw fault(.negativeCount(count), at: start) }
    guard count * size <= left else { throw fault(.tooShort(needed: count * size, left: left)) }
    return count
  }

  /// A string that ends with a zero byte.
  mutating func string() throws(MalformedMessage) -> String {
    guard let end = bytes[position...].firstIndex(of: 0) else { throw fault(.unterminatedString) }
    let text = try text(position..<end)
    position = end + 1
    return text
  }

  mutating func text(length: Int) throws(MalformedMessage) -> String {
    let start = try advance(length)
    return try text(start..<start + length)
  }

  mutating func bytes(length: Int) throws(MalformedMessage) -> [UInt8] {
    let start = try advance(length)
    return Array(bytes[start..<start + length])
  }

  mutating func rest() -> ArraySlice<UInt8> {
    defer { position = bytes.endIndex }
    return bytes[position...]
  }

  func finish() throws(MalformedMessage) {
    guard left == 0 else { throw fault(.trailing(bytes: left)) }
  }

  private func text(_ range: Range<Int>) throws(MalformedMessage) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw fault(.notUTF8, at: range.lowerBound - bytes.startIndex)
    }
    return text
  }

  /// Passes over so many bytes and says where they start.
  private mutating func advance(_ count: Int) throws(MalformedMessage) -> Int {
    guard count <= left else { throw fault(.tooShort(needed: count, left: left)) }
    defer { position += count }
    return position
  }
}
