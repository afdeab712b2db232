/// One promise, and the way to see on a live database whether it is kept.
public struct Check: Sendable {
  /// Dotted and kebab-cased, the feature first: `rooms.closing-tab-keeps-the-younger-tab`. Unique in a suite.
  public var name: String
  /// The design paper that makes the promise (0 to 4), or nil where it is Muster's own.
  public var seed: Int?
  /// The promise in words, one sentence, as the README's table shows it.
  public var promise: String
  public var tags: Set<Tag>
  /// Relations (`public.rooms`) or functions (`muster.sweep`) without which there is nothing to test: the check
  /// is then skipped and says what is missing.
  public var requires: [String]
  /// Looks, and says what it saw. An error that it throws is a failure; it cleans up after itself in any case.
  public var run: @Sendable (CheckContext) async throws -> Outcome

  public init(
    _ name: String, seed: Int? = nil, _ promise: String, tags: Set<Tag> = [], requires: [String] = [],
    run: @escaping @Sendable (CheckContext) async throws -> Outcome
  ) {
    self.name = name
    self.seed = seed
    self.promise = promise
    self.tags = tags
    self.requires = requires
    self.run = run
  }

  /// The feature that the check belongs to: its name up to the first dot.
  public var feature: String { String(name.prefix { $0 != "." }) }
}

extension Check {
  public enum Tag: String, Sendable, Hashable {
    /// Writes rows that other sessions see; on a named database only where the caller allows it.
    case commits
    /// Gets the database for itself: no other check runs at the same time, background ones apart.
    case alone
    /// Mostly waits (for pg_cron's next minute): runs beside all the others from the start.
    case background
    /// Takes longer than a person likes to wait; left out unless asked for.
    case slow
    /// Simulated clients, which a named database gets only with `--clients`.
    case simulation
  }
}
