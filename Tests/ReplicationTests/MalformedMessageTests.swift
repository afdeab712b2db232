import Replication
import Testing

@Suite("Malformed messages") struct MalformedMessageTests {
  @Test(arguments: [
    ("", "pgoutput", 0, MalformedMessage.Reason.empty),
    ("7a", "pgoutput", 0, .unknownMessage(0x7A)),
    ("42", "Begin", 1, .tooShort(needed: 8, left: 0)),
    ("450000", "StreamStop", 1, .trailing(bytes: 2)),
    ("45", "StreamStop", 0, .noStreamToStop),
    ("52000000017075", "Relation", 5, .unterminatedString),
    ("5200000001ff00", "Relation", 5, .notUTF8),
    ("520000000170007100780000", "Relation", 9, .unknownValue(0x78)),
    ("5200000001700071006400ff", "Relation", 12, .tooShort(needed: 2550, left: 0)),
    ("4900000001580000", "Insert", 5, .unknownValue(0x58)),
    ("49000000014e000178", "Insert", 8, .unknownValue(0x78)),
    ("49000000014effff", "Insert", 6, .negativeCount(-1)),
    ("49000000014e00017400000005", "Insert", 13, .tooShort(needed: 5, left: 0)),
    ("49000000014e000174ffffffff", "Insert", 9, .negativeCount(-1)),
    ("49000000014e00017400000001ff", "Insert", 13, .notUTF8),
    ("44000000014e0000", "Delete", 5, .unknownValue(0x4E)),
    ("547fffffff00", "Truncate", 6, .tooShort(needed: 8_589_934_588, left: 0)),
    ("54ffffffff00", "Truncate", 1, .negativeCount(-1)),
  ])
  func `each says what, where and why`(
    hexadecimal: String, message: String, offset: Int, reason: MalformedMessage.Reason
  ) {
    var decoder = MessageDecoder()
    #expect(throws: MalformedMessage(message: message, offset: offset, reason: reason)) {
      try decoder.decode(Recording.bytes(hexadecimal)[...])
    }
  }

  @Test func `a stream inside a stream is refused and the first one goes on`() throws {
    var decoder = MessageDecoder()
    let start = Recording.bytes("530000000101")
    _ = try decoder.decode(start[...])
    #expect(throws: MalformedMessage(message: "StreamStart", offset: 0, reason: .streamInsideStream)) {
      try decoder.decode(start[...])
    }
    #expect(try decoder.decode([0x45]).message == .streamStop)
  }

  @Test func `an error reads as a sentence`() {
    let error = MalformedMessage(message: "Insert", offset: 8, reason: .unknownValue(0x78))
    #expect(
      error.description
        == "malformed replication message (Insert, byte 8): 'x' is none of the values that may stand here")
  }

  @Test func `every beginning of a recorded message is an error, not a crash`() throws {
    for recording in Recording.all {
      var decoder = MessageDecoder()
      for message in recording {
        for length in message.indices {
          #expect(throws: MalformedMessage.self) {
            var copy = decoder
            return try copy.decode(message[..<length])
          }
        }
        _ = try decoder.decode(message[...])
      }
    }
  }

  @Test(arguments: UInt64(1)...8)
  func `random mutations never crash the decoder or the assembler`(seed: UInt64) {
    var random = SplitMix(state: seed)
    for _ in 0..<2_000 {
      var decoder = MessageDecoder()
      var assembler = ChangeAssembler()
      var events: [StreamEvent] = []
      for message in Recording.all[Int.random(in: 0..<Recording.all.count, using: &random)] {
        do {
          let decoded = try decoder.decode(mutated(message, &random)[...])
          try assembler.receive(decoded, into: &events)
        } catch is MalformedMessage {
        } catch is UnexpectedMessage {
        } catch {
          Issue.record("an error of another family: \(error)")
        }
      }
    }
  }

  private func mutated(_ message: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = message
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
    case 1:
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    case 3:
      bytes.insert(.random(in: 0...255, using: &random), at: Int.random(in: 0...bytes.count, using: &random))
    case 4:
      let other = Recording.all[Int.random(in: 0..<Recording.all.count, using: &random)]
      bytes.append(contentsOf: other[Int.random(in: 0..<other.count, using: &random)])
    default: break
    }
    return bytes
  }
}

/// A generator that gives the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
