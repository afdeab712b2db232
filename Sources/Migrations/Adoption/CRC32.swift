/// CRC-32 as zlib and Java have it.
package struct CRC32 {
  private var register: UInt32 = 0xFFFF_FFFF

  package init() {}

  package var value: UInt32 { ~register }

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      register = Self.table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8
    }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }
}
