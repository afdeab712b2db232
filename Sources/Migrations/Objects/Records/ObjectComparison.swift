/// What the files of `objects/` are against what was last applied of them. A pure comparison.
public struct ObjectComparison: Sendable {
  public enum State: String, Sendable { case new, changed, unchanged }

  /// Each file and what became of it, by name.
  public let files: [(file: ObjectFile, state: State)]
  /// Files that were applied and are gone.
  public let removed: [String]
  /// Applied files that nothing is said of, because this folder of migrations has no `objects/` at all.
  public let unknown: [String]

  init(_ folder: ObjectFolder, _ records: [ObjectRecord]) {
    let known = Dictionary(records.map { ($0.name, $0.checksum) }) { first, _ in first }
    files = folder.files.map { file in
      guard let checksum = known[file.name] else { return (file, .new) }
      return (file, checksum.isSameText(as: file.checksum) ? .unchanged : .changed)
    }
    let present = Set(folder.files.map(\.name))
    let absent = records.map(\.name).filter { !present.contains($0) }.sorted()
    removed = folder.exists ? absent : []
    unknown = folder.exists ? [] : absent
  }

  public var changed: [ObjectFile] { files.filter { $0.state != .unchanged }.map(\.file) }
  public var hasChanges: Bool { !removed.isEmpty || files.contains { $0.state != .unchanged } }
}

extension Checksum {
  /// Whether nothing but line endings can differ.
  fileprivate func isSameText(as other: Checksum) -> Bool {
    algorithm == other.algorithm && value == other.value || raw == other.raw
  }
}
