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
  /// Applied files whose checksum was made in another way than this Muster's, and whose text is the same.
  public let rehashable: [Applied]
  /// Versions whose SQL as it was applied says more of a fault, or whether it is one.
  let unexplained: [Version]

  /// `kept` is the SQL of versions as it was applied, as far as it was read.
  public init(files: [MigrationFile], history: [HistoryEntry], kept: [Version: String] = [:]) {
    func isSameText(_ applied: Applied) -> Bool { Self.isSameText(applied, kept[applied.entry.version]) }
    let entries = Dictionary(history.map { ($0.version, $0) }) { first, _ in first }
    let known = Set(files.map(\.version))
    let numbered = history.filter { !$0.version.isRepeatable }
    let newestFile = files.last { !$0.version.isRepeatable }?.version
    let newestApplied = numbered.map(\.version).filter(known.contains).max()
    // A baseline stands for its predecessors where they never ran; where any did, all that it stands for is there.
    let baseline = numbered.isEmpty ? nil : files.first(where: \.isBaseline)?.version
    let held = files.compactMap { file in entries[file.version].map { Applied(file: file, entry: $0) } }
    let edited = held.filter { !isSameText($0) && !$0.file.isBaseline }
    let changed = Set(edited.map(\.file.version).filter(\.isRepeatable))
    applied = changed.isEmpty ? held : held.filter { !changed.contains($0.file.version) }
    pending = files.filter { file in
      changed.contains(file.version) || entries[file.version] == nil && file.version != baseline
    }
    ahead = numbered.filter { entry in newestFile.map { entry.version > $0 } ?? true }
    reencoded = applied.filter { $0.file.rawChecksum != $0.entry.checksum.raw && isSameText($0) }
    rehashable = applied.filter { $0.entry.checksum.algorithm != Checksum.currentAlgorithm && isSameText($0) }
    let gone = numbered.filter { entry in
      !known.contains(entry.version) && newestFile.map { entry.version < $0 } ?? false
        && baseline.map { entry.version > $0 } ?? true
    }
    let late = pending.compactMap { file in
      newestApplied.flatMap { file.version < $0 ? HistoryFault.late(file, newest: $0) : nil }
    }
    let tampered = edited.filter { !$0.file.version.isRepeatable }.map {
      HistoryFault.edited($0.file, $0.entry, since: kept[$0.entry.version])
    }
    let lost = gone.map { HistoryFault.missing($0, sql: kept[$0.version]) }
    faults = (tampered + lost + late).sorted { $0.version < $1.version }
    unexplained = (edited.map(\.file.version) + gone.map(\.version)).filter { kept[$0] == nil }
  }

  /// An algorithm that this Muster does not know, or knows no longer, is no reason to cry wolf: the bytes may be the same,
  /// and what was applied can be hashed again.
  private static func isSameText(_ applied: Applied, _ kept: String?) -> Bool {
    let entry = applied.entry.checksum
    if applied.file.rawChecksum == entry.raw { return true }
    let file = applied.file.checksum
    if file.algorithm == entry.algorithm { return file.value == entry.value }
    return kept.map { Checksum(of: Array($0.utf8)).value == file.value } ?? false
  }
}
