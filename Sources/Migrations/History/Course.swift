/// The version that a run is to end at.
public enum Target: Sendable, Hashable {
  /// Everything that is there.
  case newest
  /// Nothing above this version; `0` is before the first.
  case version(Version)
}

/// What leads from the state of a database to a version: what is to be taken back, newest first, and then what is to be
/// applied, in order.
struct Course {
  struct Leg {
    let file: MigrationFile
    let direction: Work.Direction
  }

  let legs: [Leg]

  /// Throws `CourseError` where there is no way, and `MigrationError.history` where another must be finished first.
  init(_ reconciliation: Reconciliation, _ past: Past, to target: Target) throws {
    let halfWay = past.unfinished.filter(\.isBeingTakenBack)
    guard case .version(let version) = target else {
      try Self.requireFinished(halfWay, past)
      legs = reconciliation.pending.map { Leg(file: $0, direction: .up) }
      return
    }
    try Self.requireKnown(version, reconciliation, past)
    try Self.requireFinished(halfWay.filter { $0.version <= version }, past)
    let files = Dictionary(reconciliation.applied.map { ($0.file.version, $0.file) }) { first, _ in first }
    let doomed = past.entries.filter { $0.version > version && !$0.version.isRepeatable }
    let begun = past.unfinished.filter { !$0.isBeingTakenBack && $0.version > version }
    let obstacles =
      doomed.compactMap { CourseError.Obstacle($0, file: files[$0.version]) }
      + begun.map { unfinished in
        CourseError.Obstacle(
          name: reconciliation.pending.first { $0.version == unfinished.version }?.path
            ?? "version \(unfinished.version)",
          reason: .halfApplied(done: unfinished.done))
      }
    guard obstacles.isEmpty else { throw CourseError.blocked(obstacles) }
    legs =
      doomed.reversed().compactMap { files[$0.version] }.map { Leg(file: $0, direction: .down) }
      + reconciliation.pending.filter { $0.version <= version }.map { Leg(file: $0, direction: .up) }
  }

  /// Where a version is half taken back, only going on with that leads anywhere.
  private static func requireFinished(_ halfWay: [Unfinished], _ past: Past) throws {
    let faults = halfWay.compactMap { unfinished in
      past.entries.first { $0.version == unfinished.version }.map {
        HistoryFault.halfTakenBack($0, done: unfinished.done)
      }
    }
    if !faults.isEmpty { throw MigrationError.history(faults) }
  }

  private static func requireKnown(_ version: Version, _ reconciliation: Reconciliation, _ past: Past) throws
  {
    let known = Set(past.entries.map(\.version)).union(reconciliation.pending.map(\.version))
    if version == .zero || known.contains(version) { return }
    throw CourseError.unknown(
      version, below: known.filter { $0 < version }.max(), above: known.filter { $0 > version }.min())
  }
}

/// Why a version cannot be gone to. Nothing has run when it is thrown.
public enum CourseError: Error, Sendable, CustomStringConvertible {
  /// There is no such version; these are next to it.
  case unknown(Version, below: Version?, above: Version?)
  /// These are in the way, newest last.
  case blocked([Obstacle])

  public struct Obstacle: Sendable {
    public enum Reason: Sendable {
      case noDownFile
      case noFile
      case baseline
      case halfApplied(done: Int)
    }

    public let name: String
    public let reason: Reason

    init(name: String, reason: Reason) {
      self.name = name
      self.reason = reason
    }

    /// Nil where the version can be taken back.
    init?(_ entry: HistoryEntry, file: MigrationFile?) {
      guard let file else {
        self.init(name: entry.fileName, reason: .noFile)
        return
      }
      if entry.kind == .baseline {
        self.init(name: file.path, reason: .baseline)
      } else if file.downPath == nil {
        self.init(name: file.path, reason: .noDownFile)
      } else {
        return nil
      }
    }

    var text: String {
      switch reason {
      case .noDownFile: "\(name): nothing says how to take it back; that would be a .down.sql file beside it"
      case .noFile: "\(name): it is applied, and this folder has no file of it"
      case .baseline: "\(name): it was there before Muster, by a baseline, and is not Muster's to take back"
      case .halfApplied(let done):
        "\(name): it is begun and not finished (\(done) of its statements are done); finish it with \"muster migrate\" first"
      }
    }
  }

  public var description: String {
    switch self {
    case .unknown(let version, let below, let above):
      "there is no version \(version)"
        + Self.neighbours([below, above].compactMap { $0 }) + "; 0 takes everything back. Nothing was changed"
    case .blocked(let obstacles):
      obstacles.map(\.text).joined(separator: "\n") + "\nNothing was changed."
    }
  }

  private static func neighbours(_ versions: [Version]) -> String {
    versions.isEmpty
      ? "" : "; next to it are " + versions.map(\.description).joined(separator: " and ")
  }
}
