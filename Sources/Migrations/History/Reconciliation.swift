/// What the files say against what the history says. A pure comparison: it decides what is to run and what is wrong.
public struct Reconciliation: Sendable {
  /// A file and its place in the history.
  public struct Applied: Sendable {
    public let file: MigrationFile
    public let entry: HistoryEntry
  }

  public let applied: [Applied]
  /// In the order they are to run.
  public let pending: [MigrationFile]
  /// Versions of the history above every file: the database is ahead, as when an older release is deployed again.
  public let ahead: [HistoryEntry]
  /// Why nothing may run.
  public let faults: [HistoryFault]
  /// Applied files whose line endings, and nothing else, differ from what was applied.
  public let reencoded: [Applied]

  public init(files: [MigrationFile], history: [HistoryEntry]) {
    let entries = Dictionary(history.map { ($0.version, $0) }) { first, _ in first }
    let known = Set(files.map(\.version))
    let numbered = history.filter { !$0.version.isRepeatable }
    let newestFile = files.last { !$0.version.isRepeatable }?.version
    let newestApplied = numbered.map(\.version).filter(known.contains).max()
    // A baseline stands for its predecessors where they never ran; where any did, all that it stands for is there.
    let baseline = numbered.isEmpty ? nil : files.first(where: \.isBaseline)?.version
    let held = files.compactMap { file in entries[file.version].map { Applied(file: file, entry: $0) } }
    let edited = held.filter { !Self.isSameText($0) && !$0.file.isBaseline }
    let changed = Set(edited.map(\.file.version).filter(\.isRepeatable))
    applied = held.filter { !changed.contains($0.file.version) }
    pending = files.filter { file in
      changed.contains(file.version) || entries[file.version] == nil && file.version != baseline
    }
    ahead = numbered.filter { entry in newestFile.map { entry.version > $0 } ?? true }
    reencoded = applied.filter { Self.isSameText($0) && $0.file.checksum.raw != $0.entry.checksum.raw }
    let gone = numbered.filter { entry in
      !known.contains(entry.version) && newestFile.map { entry.version < $0 } ?? false
        && baseline.map { entry.version > $0 } ?? true
    }
    let late = pending.compactMap { file in
      newestApplied.flatMap { file.version < $0 ? HistoryFault.late(file, newest: $0) : nil }
    }
    faults =
      (edited.filter { !$0.file.version.isRepeatable }.map { HistoryFault.edited($0.file, $0.entry) }
      + gone.map(HistoryFault.missing) + late).sorted { $0.version < $1.version }
  }

  private static func isSameText(_ applied: Applied) -> Bool {
    let (file, entry) = (applied.file.checksum, applied.entry.checksum)
    // What a later Muster recorded in a way that this one does not know can still be the same bytes.
    return file.algorithm == entry.algorithm && file.value == entry.value || file.raw == entry.raw
  }
}

/// History that was tampered with, or is out of order.
public enum HistoryFault: Sendable, CustomStringConvertible {
  /// An applied file is not what was applied.
  case edited(MigrationFile, HistoryEntry)
  /// The file of an applied version is gone, and later ones are there.
  case missing(HistoryEntry)
  /// A version lower than one that is applied.
  case late(MigrationFile, newest: Version)
  /// A statement of a half-done no-transaction file is not what was run.
  case journalEdited(MigrationFile, statement: Int, place: String)

  public var version: Version {
    switch self {
    case .edited(let file, _), .late(let file, _), .journalEdited(let file, _, _): file.version
    case .missing(let entry): entry.version
    }
  }

  /// One word for reports.
  public var kind: String {
    switch self {
    case .edited: "edited"
    case .missing: "missing"
    case .late: "out-of-order"
    case .journalEdited: "edited-midway"
    }
  }

  public var description: String {
    switch self {
    case .edited(let file, let entry):
      "\(file.path): edited after it was applied at \(entry.appliedAt) by \(entry.appliedBy)"
        + " (applied \(entry.checksum.abbreviation), now \(file.checksum.abbreviation));"
        + " put it back and write the change as a new migration"
    case .missing(let entry):
      "\(entry.version)_\(entry.name).sql: applied at \(entry.appliedAt) by \(entry.appliedBy), and now its file is gone;"
        + " put it back"
    case .late(let file, let newest):
      "\(file.path): not applied, and version \(newest) behind it is; give it a version above \(newest)"
    case .journalEdited(let file, let statement, let place):
      "\(place): statement \(statement) of \(file.path) was run already, before the file was finished, and was another"
        + " text then; put it back and go on with the statements behind it"
    }
  }
}
