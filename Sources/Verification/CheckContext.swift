import PostgresClient
import SeededRandom

/// What a check is given: where to look, and what it may do there.
public struct CheckContext: Sendable {
  /// The database under inspection, as somebody who owns its objects or is a superuser.
  public var settings: ConnectionSettings
  public var allowance: Allowance
  /// Reproduces the run: everything random is drawn from it.
  public var seed: UInt64
  /// How many simulated clients there are to be at once; nil where nobody said.
  public var clients: Int?
  /// Where a long check tells how far it is, in words.
  public var progress: @Sendable (String) -> Void

  public init(
    settings: ConnectionSettings, allowance: Allowance, seed: UInt64, clients: Int? = nil,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.settings = settings
    self.allowance = allowance
    self.seed = seed
    self.clients = clients
    self.progress = progress
  }

  /// Whose database it is, and so what may happen to it.
  public enum Allowance: String, Sendable {
    /// Nobody will miss it: commit, wait, drop, restart.
    case throwaway
    /// Somebody's: whatever is written is rolled back, but for the rows of simulated clients that were asked for.
    case named
  }

  /// A new connection of the check's own; close it.
  public func connect() async throws(PostgresError) -> PostgresConnection {
    try await PostgresConnection.connect(settings)
  }

  /// People for the check of this name.
  public func personas(for check: String) -> PersonaFactory {
    var random = SplitMix64.named(check, seed: seed)
    return PersonaFactory(seed: random.next())
  }
}
