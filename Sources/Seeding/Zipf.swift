/// Ranks by Zipf's law: the first is met twice as often as the second, three times as often as the third.
struct Zipf: Sendable {
  private let cumulative: [Double]

  init(ranks: Int) {
    var sum = 0.0
    cumulative = (1...max(1, ranks)).map { rank in
      sum += 1 / Double(rank)
      return sum
    }
  }

  /// From 0, the most frequent.
  func rank(using random: inout some RandomNumberGenerator) -> Int {
    let point = Double.random(in: 0..<(cumulative.last ?? 1), using: &random)
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > point { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// When people are awake: few at four in the morning, most at four in the afternoon, UTC.
struct Diurnal: Sendable {
  static let secondsPerDay = 86_400

  /// A second of the day.
  func second(using random: inout some RandomNumberGenerator) -> Int {
    while true {
      let second = Int.random(in: 0..<Self.secondsPerDay, using: &random)
      let hour = Double(second) / 3_600
      // A triangle from 0.1 at 4:00 to 1 at 16:00 and back; a second is kept as often as it says.
      let distance = abs(hour - 16)
      let weight = 1 - 0.9 * min(distance, 24 - distance) / 12
      if Double.random(in: 0..<1, using: &random) < weight { return second }
    }
  }
}
