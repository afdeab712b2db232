import CLibCrypto

/// SHA-256 (FIPS 180-4), by OpenSSL, which libpq brings.
package enum SHA256 {
  /// The digest in lower-case hexadecimal.
  package static func hexDigest(_ message: [UInt8]) -> String {
    hexadecimal(length: SHA256_DIGEST_LENGTH) { digest in
      var context = SHA256_CTX()
      SHA256_Init(&context)
      SHA256_Update(&context, message, message.count)
      SHA256_Final(digest, &context)
    }
  }
}
