import FoundationEssentials
import PostgresClient
import SeededRandom

/// A table that the seeder fills: which columns, how many rows, what is in row number so and so.
struct SeededTable: Sendable {
  let name: String
  let columns: [String]
  let count: Int
  /// Says of the table's rows which are seeded; for one seed or, with nil, for all.
  let isSeeded: @Sendable (UInt16?) -> String
  /// Appends the columns of a row in their order.
  let row: @Sendable (_ number: Int, _ row: inout BinaryCopyEncoder, _ random: inout SplitMix64) -> Void

  init(
    _ name: String, _ columns: [String], count: Int, isSeeded: @escaping @Sendable (UInt16?) -> String,
    row: @escaping @Sendable (Int, inout BinaryCopyEncoder, inout SplitMix64) -> Void
  ) {
    self.name = name
    self.columns = columns
    self.count = count
    self.isSeeded = isSeeded
    self.row = row
  }

  var copy: String { "copy \(name) (\(columns.joined(separator: ", "))) from stdin with (format binary)" }

  /// Each row is drawn from dice of its own, so that it is the same whatever the others are.
  func dice(_ number: Int, seed: UInt16) -> SplitMix64 {
    var table = SplitMix64.named(name, seed: UInt64(seed))
    return SplitMix64(seed: table.next() &+ UInt64(number))
  }
}

extension Timestamp {
  func before(seconds: Int) -> Timestamp { self - .seconds(seconds) }
}
