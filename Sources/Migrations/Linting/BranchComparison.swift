/// The migrations of a working copy against those of the branch that it is to be merged into: what a database that
/// follows that branch would refuse afterwards.
public struct BranchComparison: Sendable {
  /// What the branch is called.
  private let base: String
  /// Where the files of the branch would be here.
  private let folder: String
  private let here: [Version: MigrationFile]
  private let there: [Version: MigrationFile]
  /// What both sides began with, nil where that is not known, as in a shallow clone.
  private let before: [Version: MigrationFile]?

  public init(
    here: [MigrationFile], there: [MigrationFile], before: [MigrationFile]?, base: String, folder: String
  ) {
    self.base = base
    self.folder = folder
    self.here = Self.byVersion(here)
    self.there = Self.byVersion(there)
    self.before = before.map(Self.byVersion)
  }

  private static func byVersion(_ files: [MigrationFile]) -> [Version: MigrationFile] {
    Dictionary(files.map { ($0.version, $0) }) { first, _ in first }
  }

  /// In the order of the versions.
  public var findings: [Finding] {
    let moved = Set(there.values.filter(isGone).compactMap { successor(of: $0)?.version })
    let versions = Set(here.keys).union(there.keys).sorted()
    return versions.compactMap { version in
      switch (here[version], there[version]) {
      case (let file?, let other?): both(file, other)
      case (let file?, nil): moved.contains(version) ? nil : new(file)
      case (nil, let other?): gone(other)
      case (nil, nil): nil
      }
    }
  }

  /// A version that both sides have.
  private func both(_ file: MigrationFile, _ other: MigrationFile) -> Finding? {
    let isSameName = file.fileName == other.fileName
    guard !isSameName || !file.hasText(of: other) else { return nil }
    let origin = before?[file.version]
    // What is here as it was at the beginning was changed on the other side.
    if let origin, origin.fileName == file.fileName, origin.hasText(of: file) { return nil }
    let isTaken = before == nil ? !isSameName && !file.hasText(of: other) : origin == nil
    if isTaken {
      return Finding(
        .versionTaken, file.path,
        "version \(file.version) is \(other.fileName) on \(base), which is another migration; give this one a version"
          + " above \(newest), such as \(next)")
    }
    return isSameName ? edited(file, other) : renamed(file, other)
  }

  private func edited(_ file: MigrationFile, _ other: MigrationFile) -> Finding {
    let diff = UnifiedDiff(
      from: other.written, named: "\(other.fileName) on \(base)", to: file.written, named: "\(file.path) here"
    )
    return Finding(
      .edited, file.path, line: diff.firstChange ?? 1,
      "edited, and \(base) has it already: databases that applied it would refuse it; put it back and write the change"
        + " as a new migration", difference: diff)
  }

  private func renamed(_ file: MigrationFile, _ other: MigrationFile) -> Finding {
    Finding(
      .renamed, file.path,
      "this is \(other.fileName) on \(base): what was merged keeps its name; rename it back")
  }

  /// A file of the base that is not here.
  private func gone(_ other: MigrationFile) -> Finding? {
    guard isGone(other) else { return nil }
    if let file = successor(of: other) {
      return Finding(
        .renamed, file.path,
        "this is \(other.fileName) on \(base): databases that applied it under that version would miss it and apply it"
          + " again; rename it back")
    }
    return Finding(
      .removed, "\(folder)/\(other.fileName)",
      "removed, and \(base) has it already: databases that applied it would miss it; put it back")
  }

  /// Whether this side had the file and has it no more, and is not merely behind.
  private func isGone(_ other: MigrationFile) -> Bool {
    guard here[other.version] == nil else { return false }
    if let before { return before[other.version] != nil }
    // A branch that is behind lacks the newest of the base, and none before one that it has.
    return here.keys.filter { there[$0] != nil }.max().map { other.version < $0 } ?? false
  }

  /// A version that only this side has.
  private func new(_ file: MigrationFile) -> Finding? {
    guard before?[file.version] == nil, let newest = there.keys.max(), file.version < newest else {
      return nil
    }
    return Finding(
      .outOfOrder, file.path,
      "new, and below version \(newest), which \(base) has already: databases at \(newest) would refuse it; give it a"
        + " version above \(newest), such as \(next)")
  }

  /// The same text under a version that the base has not.
  private func successor(of other: MigrationFile) -> MigrationFile? {
    here.values.filter { there[$0.version] == nil && before?[$0.version] == nil && $0.hasText(of: other) }
      .min { $0.version < $1.version }
  }

  private var newest: String { there.keys.max().map { "\($0)" } ?? "0" }

  private var next: String {
    Set(here.keys).union(there.keys).max().map { "\($0.successor)" } ?? "1"
  }
}

extension MigrationFile {
  /// Whether the texts are the same but for their line ends.
  func hasText(of other: MigrationFile) -> Bool { checksum.value == other.checksum.value }
}
