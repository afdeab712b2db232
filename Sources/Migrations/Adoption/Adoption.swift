/// What another tool's history comes to for a folder of files: what can be taken over, and what stands in the way. A pure
/// comparison.
public struct Adoption: Sendable {
  /// A file that the other tool applied.
  public struct Taken: Sendable {
    public let file: MigrationFile
    /// Nil for a file that counts as applied because one behind it does.
    public let record: ForeignRecord?
  }

  public let history: ForeignHistory
  /// By version: applied by the other tool, and not in Muster's own history.
  public let taken: [Taken]
  /// Files that are in neither history.
  public let pending: [MigrationFile]
  /// What the other history has and the folder has not; left where it is.
  public let withoutFile: [ForeignRecord]
  /// Pending files behind which others are applied already.
  public let late: [MigrationFile]
  /// What stands in the way.
  public let faults: [AdoptionFault]

  /// Whether the history is of these files at all.
  public var concernsFolder: Bool { !taken.isEmpty }

  /// `own` is what Muster's own history has.
  init(_ history: ForeignHistory, folder: MigrationFolder, own: Set<Version> = []) {
    let matches = ForeignMatching(history, folder)
    let applied = folder.files.filter { matches.isApplied($0) }
    // What is repeatable and has changed runs again, as it would with the other tool.
    let held = applied.filter { file in
      !file.version.isRepeatable || matches.record(of: file)?.fingerprint?.matches(file) ?? true
    }
    let versions = Set(held.map(\.version))
    self.history = history
    taken = held.filter { !own.contains($0.version) }.map { Taken(file: $0, record: matches.record(of: $0)) }
    pending = folder.files.filter { !versions.contains($0.version) && !own.contains($0.version) }
    withoutFile = matches.withoutFile
    let newest = versions.filter { !$0.isRepeatable }.max()
    late = pending.filter { file in newest.map { file.version < $0 } ?? false }
    let failed = history.records.filter { $0.failure != nil }.map(AdoptionFault.failed)
    let edited = taken.filter { taken in taken.record?.fingerprint.map { !$0.matches(taken.file) } ?? false }
    faults = failed + edited.map(AdoptionFault.edited)
  }
}

/// Which record is of which file.
private struct ForeignMatching {
  private let history: ForeignHistory
  private let byFile: [Version: ForeignRecord]
  private let implied: Set<Version>
  let withoutFile: [ForeignRecord]

  init(_ history: ForeignHistory, _ folder: MigrationFolder) {
    var byFile: [Version: ForeignRecord] = [:]
    var implied: Set<Version> = []
    var withoutFile: [ForeignRecord] = []
    let revisions = Dictionary(folder.files.map { ($0.name, $0) }) { first, _ in first }
    for record in history.records {
      switch record.key {
      case .version(let version):
        if folder.files.contains(version: version) {
          byFile[version] = record
        } else {
          withoutFile.append(record)
        }
      case .change(let name, let project, let occurrence):
        guard folder.project == nil || folder.project == project else { continue }
        let changes = folder.files.filter { $0.name.prefix { $0 != "@" } == name }
        if occurrence < changes.count {
          byFile[changes[occurrence].version] = record
        } else {
          withoutFile.append(record)
        }
      case .revision(let id):
        guard let head = revisions[id] else {
          withoutFile.append(record)
          continue
        }
        byFile[head.version] = record
        implied.formUnion(Self.ancestors(of: head, revisions))
      }
    }
    self.history = history
    self.byFile = byFile
    self.implied = implied
    self.withoutFile = withoutFile
  }

  func record(of file: MigrationFile) -> ForeignRecord? { byFile[file.version] }

  func isApplied(_ file: MigrationFile) -> Bool {
    if byFile[file.version] != nil || implied.contains(file.version) { return true }
    return !file.version.isRepeatable && history.everythingUpTo.map { file.version <= $0 } ?? false
  }

  private static func ancestors(of head: MigrationFile, _ revisions: [String: MigrationFile]) -> Set<Version>
  {
    var found: Set<Version> = []
    var waiting = [head]
    while let file = waiting.popLast() {
      let before = AlembicRevision(String(decoding: file.bytes, as: UTF8.self))?.after ?? []
      for ancestor in before.compactMap({ revisions[$0] }) where found.insert(ancestor.version).inserted {
        waiting.append(ancestor)
      }
    }
    return found
  }
}

extension [MigrationFile] {
  /// They are in order.
  fileprivate func contains(version: Version) -> Bool {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].version < version { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && self[low].version == version
  }
}

/// Why a history cannot be taken over as it is.
public enum AdoptionFault: Sendable, CustomStringConvertible {
  /// The other tool itself does not take it for done.
  case failed(ForeignRecord)
  /// The file is not what the other tool ran.
  case edited(Adoption.Taken)

  public var description: String {
    switch self {
    case .failed(let record):
      "\(record.label): begun by the other tool and not finished (\(record.failure ?? "")); bring the database to where"
        + " it was before or behind it, and let that tool say so in its own history"
    case .edited(let taken):
      "\(taken.file.path): not what was applied: edited since; put it back and write the change as a new migration, or"
        + " take it as it is now with --accept-edited"
    }
  }

  public var isEdit: Bool { if case .edited = self { true } else { false } }

  /// One word for reports.
  public var kind: String { isEdit ? "edited" : "failed" }
}
