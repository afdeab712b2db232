import CLibCrypto

/// SHA-1 (FIPS 180-4), by OpenSSL: Sqitch keeps it of every script.
package enum SHA1 {
  /// The digest in lower-case hexadecimal.
  package static func hexDigest(_ message: [UInt8]) -> String {
    hexadecimal(length: SHA_DIGEST_LENGTH) { digest in
      var context = SHA_CTX()
      SHA1_Init(&context)
      SHA1_Update(&context, message, message.count)
      SHA1_Final(digest, &context)
    }
  }
}
