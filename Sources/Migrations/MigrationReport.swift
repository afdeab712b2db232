import PostgresClient

/// A database as it was found: the server, its history, and what the files make of it.
public struct DatabaseView: Sendable {
  public let surroundings: Surroundings
  public let past: Past
  public let reconciliation: Reconciliation
  public let objects: ObjectComparison
  /// What another tool has applied of the files, where Muster has no history of its own.
  public var foreign: Adoption?

  public var history: [HistoryEntry] { past.entries }

  /// The highest applied version, nil before the first.
  public var version: Version? { history.last { !$0.version.isRepeatable }?.version }
}

/// What a run of `migrate` did.
public struct MigrationReport: Sendable {
  public struct Applied: Sendable {
    public let file: MigrationFile
    public let statements: Int
    public let took: Duration
    public let direction: Work.Direction

    public var isHook: Bool { if case .hook = direction { true } else { false } }

    init(_ work: Work, took: Duration) {
      file = work.file
      statements = work.script.statements.count
      direction = work.direction
      self.took = took
    }
  }

  public let surroundings: Surroundings
  /// What the history had before.
  public let versionsBefore: [Version]
  /// All that ran, hooks too, in order.
  public internal(set) var done: [Applied] = []
  /// What became of the code objects, and how long that took where it was a transaction of its own.
  public internal(set) var objects: [ObjectChange] = []
  public internal(set) var objectsTook = Duration.zero

  init(_ surroundings: Surroundings, versionsBefore: [Version]) {
    self.surroundings = surroundings
    self.versionsBefore = versionsBefore
  }

  public var applied: [Applied] { done.filter { $0.direction == .up } }
  public var takenBack: [Applied] { done.filter { $0.direction == .down } }

  /// The highest version that is applied now, nil when there is none.
  public var version: Version? {
    let gone = Set(takenBack.map(\.file.version))
    return (versionsBefore.filter { !gone.contains($0) } + applied.map(\.file.version))
      .filter { !$0.isRepeatable }.max()
  }
}

/// What `migrate` would do.
public struct MigrationPlan: Sendable {
  public let view: DatabaseView
  /// In the order they would run.
  public let steps: [Work]

  public var isEmpty: Bool { steps.isEmpty && !view.objects.hasChanges }
}
