import Digest
import Migrations
import PostgresClient
import TestSupport
import Testing

@Suite struct DigestTests {
  /// Lengths on both sides of every edge of a block.
  private static let messages = [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 1000].map {
    length in
    (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
  }

  @Test func `SHA-384 is the server's`() async throws {
    let scratch = try await Scratch.make()
    for message in Self.messages {
      let digest = try await scratch.connection.run { connection -> String in
        try connection.query("select encode(sha384($1::bytea), 'hex')", [message]).scalar()
      }
      #expect(SHA384.hexDigest(message) == digest)
    }
  }

  @Test(
    arguments: [
      ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ), (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
    ])
  func `SHA-1 is the standard's`(text: String, digest: String) {
    #expect(SHA1.hexDigest(Array(text.utf8)) == digest)
  }

  @Test(arguments: [
    ("", 0), ("123456789", 0xCBF4_3926), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
  ])
  func `CRC-32 is zlib's`(text: String, value: UInt32) {
    var crc = CRC32()
    crc.add(text.utf8)
    #expect(crc.value == value)
  }
}
