import CLibCrypto

/// SHA-384 (FIPS 180-4), by OpenSSL: sqlx keeps it of every file.
package enum SHA384 {
  /// The digest in lower-case hexadecimal.
  package static func hexDigest(_ message: [UInt8]) -> String {
    hexadecimal(length: SHA384_DIGEST_LENGTH) { digest in
      var context = SHA512_CTX()
      SHA384_Init(&context)
      SHA384_Update(&context, message, message.count)
      SHA384_Final(digest, &context)
    }
  }
}
