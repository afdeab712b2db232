/// SHA-256 (FIPS 180-4), here because a checksum of a few kilobytes is no reason for a cryptography package: what is
/// hashed is no secret, and the tests hold the result to PostgreSQL's own `sha256()`.
package enum SHA256 {
  /// The digest in lower-case hexadecimal.
  package static func hexDigest(_ message: [UInt8]) -> String {
    var state = State()
    let whole = message.count / 64 * 64
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      digest(message[..<whole], words, &state)
      digest(ending(of: message, from: whole)[...], words, &state)
    }
    return hexadecimal([state.a, state.b, state.c, state.d, state.e, state.f, state.g, state.h])
  }

  /// What is left of the message, a one bit, zeros, and the length of all of it in bits.
  private static func ending(of message: [UInt8], from start: Int) -> [UInt8] {
    let rest = message.count - start
    let bits = UInt64(message.count) * 8
    var ending = [UInt8](repeating: 0, count: rest < 56 ? 64 : 128)
    ending.replaceSubrange(0..<rest, with: message[start...])
    ending[rest] = 0x80
    for i in 0..<8 { ending[ending.count - 1 - i] = UInt8(truncatingIfNeeded: bits >> (8 * i)) }
    return ending
  }

  /// What blocks come to one after another; at first the fractional parts of the square roots of the first 8 primes.
  private struct State {
    var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a)
    var (e, f, g, h): (UInt32, UInt32, UInt32, UInt32) = (0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  }

  private static func digest(
    _ blocks: ArraySlice<UInt8>, _ words: UnsafeMutableBufferPointer<UInt32>, _ state: inout State
  ) {
    roundConstants.withUnsafeBufferPointer { constants in
      blocks.withUnsafeBytes { bytes in
        for block in stride(from: 0, to: bytes.count, by: 64) {
          for i in 0..<16 {
            let word = bytes.loadUnaligned(fromByteOffset: block + 4 * i, as: UInt32.self)
            words[i] = UInt32(bigEndian: word)
          }
          for i in 16..<64 {
            let (a, b) = (words[i - 15], words[i - 2])
            let mixed = (rotate(a, 7) ^ rotate(a, 18) ^ a &>> 3) &+ (rotate(b, 17) ^ rotate(b, 19) ^ b &>> 10)
            words[i] = words[i - 16] &+ words[i - 7] &+ mixed
          }
          compress(words, constants, &state)
        }
      }
    }
  }

  private static func compress(
    _ words: UnsafeMutableBufferPointer<UInt32>, _ constants: UnsafeBufferPointer<UInt32>,
    _ state: inout State
  ) {
    var (a, b, c, d) = (state.a, state.b, state.c, state.d)
    var (e, f, g, h) = (state.e, state.f, state.g, state.h)
    for i in 0..<64 {
      let choice = (e & f) ^ (~e & g)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      let first = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ choice &+ constants[i] &+ words[i]
      let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    (state.a, state.b, state.c, state.d) = (state.a &+ a, state.b &+ b, state.c &+ c, state.d &+ d)
    (state.e, state.f, state.g, state.h) = (state.e &+ e, state.f &+ f, state.g &+ g, state.h &+ h)
  }

  private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    word &>> bits | word &<< (32 &- bits)
  }

  private static func hexadecimal(_ words: [UInt32]) -> String {
    String(unsafeUninitializedCapacity: 64) { text in
      for i in 0..<64 {
        let digit = UInt8(truncatingIfNeeded: words[i / 8] &>> UInt32(28 - i % 8 * 4) & 0xF)
        text[i] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      }
      return 64
    }
  }

  // The fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
