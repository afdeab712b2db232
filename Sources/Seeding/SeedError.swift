/// Why a database was not seeded or unseeded; it is as it was.
public enum SeedError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The features are not installed, or not all of them.
  case missing(tables: [String])
  /// There are rows of this seed.
  case alreadySeeded(seed: UInt16, table: String)
  /// Rows that were not seeded refer to rows that were, and would go along.
  case referred([Reference])

  /// Rows of one table that refer to seeded rows of another.
  public struct Reference: Sendable, Equatable {
    public let from: String
    public let to: String
    public let rows: Int
  }

  public var description: String {
    switch self {
    case .missing(let tables):
      """
      this database has no \(tables.joined(separator: ", "))
      hint: Install Muster's features first: muster migrate
      """
    case .alreadySeeded(let seed, let table):
      """
      seed \(seed) is in this database already (\(table) has rows of it)
      hint: Take it back with muster unseed --seed \(seed), or choose another one with --seed
      """
    case .referred(let references):
      """
      rows that were not seeded refer to seeded ones, and would be deleted or changed with them; nothing was taken back
      \(references.map { "  \($0.rows) of \($0.from) refer to \($0.to)" }.joined(separator: "\n"))
      hint: Delete those rows first, if they may go
      """
    }
  }
}
