import Digest
import Migrations
import PostgresClient
import TestSupport
import Testing

@Suite struct ChecksumTests {
  @Test func `agrees with PostgreSQL at every length around its blocks`() async throws {
    let scratch = try await Scratch.make()
    let messages = (Array(0...200) + [1000, 4096]).map { length in
      (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length) }
    }
    let theirs = try await scratch.connection.run { connection in
      try connection.pipeline(
        messages.map { message in
          let hex = message.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
          return Statement("select encode(sha256(decode($1, 'hex')), 'hex')", [hex])
        }
      ).map { try $0.get().scalar(String.self) }
    }
    #expect(messages.map(SHA256.hexDigest) == theirs)
  }

  @Test(arguments: [
    "select 1;\r\nselect 2;\r\n", "\u{FEFF}select 1;\nselect 2;\n\n", "select 1;\rselect 2;",
    "select 1;\nselect 2;",
  ])
  func `line ends and a byte-order mark change the raw value only`(text: String) {
    let plain = Checksum(of: Array("select 1;\nselect 2;\n".utf8))
    let other = Checksum(of: Array(text.utf8))
    #expect(other.value == plain.value)
    #expect(other.raw != plain.raw)
  }

  @Test(arguments: ["select 1;\n\nselect 2;\n", "select 1; \nselect 2;\n", "-- a\nselect 1;\nselect 2;\n"])
  func `everything else changes both`(text: String) {
    #expect(Checksum(of: Array(text.utf8)).value != Checksum(of: Array("select 1;\nselect 2;\n".utf8)).value)
  }
}
