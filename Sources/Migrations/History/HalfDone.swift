import SQLText

/// How far a no-transaction file got that was begun and not finished.
public struct HalfDone: Sendable {
  public let version: Version
  /// The file that runs; nil where it is not here.
  public let path: String?
  public let isBeingTakenBack: Bool
  /// How many statements are done, and of how many; nil where the file is not here or cannot be read.
  public let done: Int
  public let total: Int?
  /// Where it goes on, as `file:line:column`.
  public let next: String?
  /// The statement there was begun as well.
  public let isNextBegun: Bool
  /// How often a batch there was repeated, and how many rows it changed; nil where it is none.
  public let batch: (rounds: Int, rows: Int)?

  init(_ unfinished: Unfinished, file: MigrationFile?) {
    let script = unfinished.isBeingTakenBack ? try? file?.downScript() : try? file?.script()
    let done = Set(unfinished.notes.filter { $0.state == .done }.map(\.statement))
    let index = script?.statements.indices.first { !done.contains($0 + 1) }
    let begun = unfinished.notes.last { $0.state == .started }
    version = unfinished.version
    path = script?.source.name ?? file?.path
    isBeingTakenBack = unfinished.isBeingTakenBack
    self.done = done.count
    total = script?.statements.count
    next = script.flatMap { script in
      index.map { "\(script.place(script.statements[$0]))" }
    }
    isNextBegun = begun.map { $0.statement - 1 == index } ?? false
    batch = begun.flatMap { $0.rounds > 0 ? ($0.rounds, $0.rows) : nil }
  }

  /// `2 of 4 statements are done; it goes on at migrations/5_e.sql:7:1`
  public var description: String {
    let name = path ?? "version \(version)"
    let count = total.map { "\(done) of \($0) statements are done" } ?? "\(done) of its statements are done"
    let way =
      isBeingTakenBack ? "\(name) was begun, to take version \(version) back: " : "\(name) was begun: "
    let rounds = batch.map { ", with \($0.rounds) rounds and \($0.rows) rows of its batch done" } ?? ""
    let place = next.map { "it goes on at \($0)" + (isNextBegun ? ", which was begun" : "") + rounds }
    return "\(way)\(count); \(place ?? ending)"
  }

  /// Where there is no statement to go on with.
  private var ending: String {
    if path == nil { return "its file is not here" }
    return total == nil ? "its file cannot be read" : "all that is left is to note it in the history"
  }
}

extension DatabaseView {
  /// The no-transaction files that were begun and not finished.
  public var halfDone: [HalfDone] {
    past.unfinished.map { unfinished in
      let files = reconciliation.pending + reconciliation.applied.map(\.file)
      return HalfDone(unfinished, file: files.first { $0.version == unfinished.version })
    }
  }

  /// Whether a run would find something to do.
  public var isPending: Bool {
    !reconciliation.pending.isEmpty || !past.unfinished.isEmpty || past.owesHook || objects.hasChanges
  }
}
