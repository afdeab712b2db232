/// A comparison that `muster bench` makes: some races, and what else was promised and is looked at on the way.
public struct Benchmark: Sendable {
  public let name: String
  public let summary: String
  let run: @Sendable (Laboratory) async throws -> [Comparison]

  public static let all = [heartbeat, count, rooms, traffic, cleanup, messages]
}

/// Contenders side by side in one run, alternating, and facts that were seen while they ran.
public struct Comparison: Sendable, Codable {
  public let title: String
  /// What is counted, such as `beats`.
  public let unit: String
  public var contestants: [Contestant]
  public var facts: [Fact] = []

  public var isKept: Bool { contestants.allSatisfy(\.isKept) && facts.allSatisfy(\.isKept) }
}

/// One way of doing it, and how fast it was.
public struct Contestant: Sendable, Codable {
  public enum Part: String, Sendable, Codable {
    /// What the server can do at most: a function that does nothing.
    case floor
    /// What the design paper says.
    case naive
    case muster
  }

  public let part: Part
  public let name: String
  /// Units a second, the median of the rounds.
  public let perSecond: Double
  /// Times the naive design, in this run.
  public let ratio: Double
  /// The least ratio that is promised, where one is.
  public let promised: Double?

  public var isKept: Bool { promised.map { ratio >= $0 } ?? true }
}

/// Something promised that is no speed.
public struct Fact: Sendable, Codable {
  public let name: String
  public let seen: String
  public let promised: String
  public let isKept: Bool
}
