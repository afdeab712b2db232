import SQLText

/// What is to be repaired beyond what shows by itself.
public struct RepairWishes: Sendable {
  /// Only these versions; all where there are none.
  public var only: Set<Version> = []
  /// Versions that the history is to forget.
  public var forget: [Version] = []
  /// Half-done files that are to begin again.
  public var restart: [Version] = []

  public init() {}
}

/// What a repair would change, and what is wrong that no repair mends. A pure comparison.
public struct RepairPlan: Sendable {
  /// By version.
  public let changes: [Repair]
  /// What came late, and what is half taken back.
  public let beyondRepair: [HistoryFault]
  /// Half-done files that are not here and may be a newer release's.
  public let foreign: [Unfinished]

  /// `kept` is the SQL as it was applied of what is forgotten. Throws `RepairError` for a wish that cannot be fulfilled.
  init(
    files: [MigrationFile], past: Past, reconciliation: Reconciliation, kept: [Version: String],
    wishes: RepairWishes
  ) throws(RepairError) {
    let entries = Dictionary(past.entries.map { ($0.version, $0) }) { first, _ in first }
    let known = Dictionary(files.map { ($0.version, $0) }) { first, _ in first }
    try Self.check(wishes, entries, past)
    let forgotten = wishes.forget.compactMap { entries[$0] }.map {
      Repair.forget($0, sql: kept[$0.version], .asked)
    }
    let restarted = past.unfinished.filter { wishes.restart.contains($0.version) }.map {
      Repair.forgetJournal($0, path: known[$0.version]?.path, .asked)
    }
    let wished = forgotten + restarted
    let settled = Set(wished.map(\.version))
    let found =
      Self.ofHistory(reconciliation) + Self.ofJournal(past, known, entries, newest: files.last?.version)
    let chosen = found.filter { wishes.only.isEmpty || wishes.only.contains($0.version) }
    let all = (wished + chosen.filter { !settled.contains($0.version) }).sorted { $0.version < $1.version }
    changes = all
    beyondRepair = reconciliation.faults.filter { if case .late = $0 { true } else { false } }
    foreign = past.unfinished.filter { unfinished in
      known[unfinished.version] == nil && !all.contains { $0.version == unfinished.version }
    }
  }

  private static func check(
    _ wishes: RepairWishes, _ entries: [Version: HistoryEntry], _ past: Past
  ) throws(RepairError) {
    for version in wishes.forget where entries[version] == nil { throw .notInHistory(version) }
    for version in wishes.restart where !past.unfinished.contains(where: { $0.version == version }) {
      throw .notHalfDone(version)
    }
  }

  private static func ofHistory(_ reconciliation: Reconciliation) -> [Repair] {
    let faults: [Repair] = reconciliation.faults.compactMap { fault in
      switch fault {
      case .edited(let file, let entry, let diff): .accept(file, entry, diff)
      case .missing(let entry, let sql): .forget(entry, sql: sql, .fileGone)
      case .late, .journalEdited, .halfTakenBack: nil
      }
    }
    let stale = Dictionary(
      reconciliation.reencoded.map { ($0.file.version, ($0, Repair.Staleness.lineEnds)) }
        + reconciliation.rehashable.map { ($0.file.version, ($0, .algorithm($0.entry.checksum.algorithm))) }
    ) { _, algorithm in algorithm }
    return faults + stale.values.map { .refresh($0.0.file, $0.0.entry, $0.1) }
  }

  private static func ofJournal(
    _ past: Past, _ known: [Version: MigrationFile], _ entries: [Version: HistoryEntry], newest: Version?
  ) -> [Repair] {
    past.unfinished.compactMap { unfinished in
      guard let file = known[unfinished.version] else {
        // Above every file it may be a newer release's, which goes on with it; with its row it is forgotten together.
        let isLost = newest.map { unfinished.version < $0 } ?? false && entries[unfinished.version] == nil
        return isLost ? .forgetJournal(unfinished, path: nil, .fileGone) : nil
      }
      let script = unfinished.isBeingTakenBack ? try? file.downScript() : try? file.script()
      guard let script else { return nil }
      guard script.directives.noTransaction else {
        return .forgetJournal(unfinished, path: file.path, .inTransaction)
      }
      let edited = unfinished.edited(in: script)
      return edited.isEmpty ? nil : .acceptStatements(file, edited)
    }
  }
}

/// A repair that cannot be made. Nothing was changed when it is thrown.
public enum RepairError: Error, Sendable, CustomStringConvertible {
  case notInHistory(Version)
  case notHalfDone(Version)
  /// Between the look and the change somebody else was at work.
  case overtaken

  public var description: String {
    switch self {
    case .notInHistory(let version):
      "the history has no version \(version) that it could forget. Nothing was changed"
    case .notHalfDone(let version):
      "no file of version \(version) is begun and not finished. Nothing was changed"
    case .overtaken:
      "the history is not what it was when the repair was shown: somebody was at work meanwhile. Nothing was changed; look"
        + " again"
    }
  }
}

extension Unfinished {
  /// Statements that were run as another text than the script has.
  func edited(in script: Script) -> [Repair.EditedStatement] {
    notes.filter { $0.state == .done }.compactMap { note in
      guard note.statement <= script.statements.count else {
        return Repair.EditedStatement(number: note.statement, place: nil, checksum: nil)
      }
      let statement = script.statements[note.statement - 1]
      let checksum = StepwiseRun.checksum(statement, script)
      guard checksum != note.checksum else { return nil }
      return Repair.EditedStatement(
        number: note.statement, place: "\(script.place(statement))", checksum: checksum)
    }
  }
}
