import FoundationEssentials

/// The ids that seeded rows have, by which they are told from all others: a range that no sequence reaches, yet still below
/// 2^53, so that JavaScript keeps them whole.
struct SeedSpace: Sendable {
  /// 2^36 ids for each seed, from 2^52 on.
  private static let first: Int64 = 1 << 52
  private static let width: Int64 = 1 << 36
  private static let prefix = "5eed5eed"

  let seed: UInt16

  func id(_ number: Int) -> Int64 { Self.first + Int64(seed) * Self.width + Int64(number) }

  /// A version 8 uuid, the kind for one's own layouts (RFC 9562): `5eed5eed`, the seed, what it is of, the number.
  func uuid(_ kind: Kind, _ number: Int) -> UUID {
    func byte(_ value: Int, _ shift: Int) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) }
    let seed = Int(seed)
    return UUID(
      uuid: (
        0x5e, 0xed, 0x5e, 0xed, byte(seed, 8), byte(seed, 0), 0x80, kind.rawValue, 0x80, 0,
        byte(number, 40), byte(number, 32), byte(number, 24), byte(number, 16), byte(number, 8),
        byte(number, 0)
      ))
  }

  enum Kind: UInt8, Sendable { case user = 1, request, conversation, message }

  func session(_ feature: String, _ number: Int) -> String { "seed-\(seed)-\(feature)-\(number)" }

  // MARK: Which rows are seeded, as SQL. Where the seed is nil, every seed is meant.

  static func holds(id column: String, seed: UInt16?) -> String {
    let low = first + Int64(seed ?? 0) * width
    let high = first + (Int64(seed ?? .max) + 1) * width
    return "\(column) >= \(low) and \(column) < \(high)"
  }

  static func holds(uuid column: String, seed: UInt16?) -> String {
    let low = seed.map(hex) ?? "0000"
    let high = seed.map(hex) ?? "ffff"
    return """
      \(column) between '\(prefix)-\(low)-0000-0000-000000000000' and '\(prefix)-\(high)-ffff-ffff-ffffffffffff'
      """
  }

  static func holds(session column: String, seed: UInt16?) -> String {
    "\(column) collate \"C\" ^@ 'seed-\(seed.map { "\($0)-" } ?? "")'"
  }

  private static func hex(_ seed: UInt16) -> String {
    let digits = String(seed, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
