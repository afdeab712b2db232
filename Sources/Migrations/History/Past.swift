/// What a database remembers of its migrations.
public struct Past: Sendable {
  /// By version.
  public let entries: [HistoryEntry]
  /// The no-transaction files that were begun and not finished, by version.
  public let unfinished: [Unfinished]

  /// Whether the hook behind the migrations is still to run: an earlier run ended before it.
  public let owesHook: Bool

  /// The files of `objects/`, as far as a comparison needs them.
  let objects: [ObjectRecord]

  static let none = Past(entries: [], journal: [])

  /// What the history has.
  var versions: Set<Version> { Set(entries.map(\.version)) }

  package init(entries: [HistoryEntry], journal: [JournalEntry]) {
    self.init(entries: entries, journal: journal, objects: [])
  }

  init(entries: [HistoryEntry], journal: [JournalEntry], objects: [ObjectRecord]) {
    self.entries = entries
    self.objects = objects
    owesHook = journal.contains { $0.version == Version(owed: .after) }
    unfinished = Dictionary(grouping: journal.filter { !$0.version.isHook }, by: \.version).map {
      version, notes in
      let isApplied = entries.contains { $0.version == version }
      return Unfinished(version: version, isBeingTakenBack: isApplied, notes: notes)
    }.sorted { $0.version < $1.version }
  }
}

/// A no-transaction file that was begun and not finished: it goes on behind the statements that are done.
public struct Unfinished: Sendable, Hashable {
  public let version: Version
  /// Whether it is the file that takes the version back: the history has the version until that is done.
  public let isBeingTakenBack: Bool
  /// By statement.
  public let notes: [JournalEntry]

  init(version: Version, isBeingTakenBack: Bool, notes: [JournalEntry]) {
    self.version = version
    self.isBeingTakenBack = isBeingTakenBack
    self.notes = notes.sorted { $0.statement < $1.statement }
  }

  /// How many statements are done.
  public var done: Int { notes.count { $0.state == .done } }
}
