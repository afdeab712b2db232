import PostgresClient

/// A database as it was found: the server, its history, and what the files make of it.
public struct DatabaseView: Sendable {
  public let surroundings: Surroundings
  public let history: [HistoryEntry]
  public let reconciliation: Reconciliation

  /// The highest applied version, nil before the first.
  public var version: Version? { history.last { !$0.version.isRepeatable }?.version }
}

/// What a run of `migrate` did.
public struct MigrationReport: Sendable {
  public struct Applied: Sendable {
    public let file: MigrationFile
    public let statements: Int
    public let took: Duration
  }

  /// The database as it was found.
  public let before: DatabaseView
  public internal(set) var applied: [Applied] = []

  init(_ before: DatabaseView) { self.before = before }

  /// The highest version that is applied now, nil when there is none.
  public var version: Version? {
    ([before.version] + applied.map(\.file.version)).compactMap { $0 }.filter { !$0.isRepeatable }.max()
  }
}

/// What `migrate` would do.
public struct MigrationPlan: Sendable {
  public let view: DatabaseView
  /// In the order they would run.
  public let steps: [Work]
}
