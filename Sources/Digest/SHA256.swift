import CLibCrypto

/// SHA-256 (FIPS 180-4), by OpenSSL, which libpq brings.
package enum SHA256 {
  /// The digest in lower-case hexadecimal.
  package static func hexDigest(_ message: [UInt8]) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(SHA256_DIGEST_LENGTH)) { digest in
      var context = SHA256_CTX()
      SHA256_Init(&context)
      SHA256_Update(&context, message, message.count)
      SHA256_Final(digest.baseAddress, &context)
      return hexadecimal(digest)
    }
  }

  private static func hexadecimal(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for (i, byte) in bytes.enumerated() {
        text[2 * i] = digit(byte &>> 4)
        text[2 * i + 1] = digit(byte & 0xF)
      }
      return text.count
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
