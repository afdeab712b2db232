/// The digest of so many bytes that the body writes, in lower-case hexadecimal.
func hexadecimal(length: Int32, _ write: (UnsafeMutablePointer<UInt8>?) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(length)) { digest in
    write(digest.baseAddress)
    return String(unsafeUninitializedCapacity: 2 * digest.count) { text in
      for (i, byte) in digest.enumerated() {
        text[2 * i] = digit(byte &>> 4)
        text[2 * i + 1] = digit(byte & 0xF)
      }
      return text.count
    }
  }
}

private func digit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
