/// A small generator whose whole state is its seed, so that a run can be repeated: Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators" (2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A generator of its own for the part of the run that has this name, whatever the other parts draw.
  public static func named(_ name: String, seed: UInt64) -> SplitMix64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return SplitMix64(seed: seed ^ hash)
  }
}

extension SplitMix64 {
  /// True `percent` times in a hundred.
  public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  /// A generator of its own, so that what one part of the run draws moves nobody else's dice.
  public mutating func split() -> SplitMix64 { SplitMix64(seed: next()) }
}
