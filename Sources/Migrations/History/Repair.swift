import PostgresClient

/// One change that makes what the database remembers agree with the files. None of them touches anything else in the
/// database.
public enum Repair: Sendable {
  /// An edited file counts as what was applied.
  case accept(MigrationFile, HistoryEntry, UnifiedDiff?)
  /// The text is what was applied; what was noted of it is not what would be noted today.
  case refresh(MigrationFile, HistoryEntry, Staleness)
  /// The history forgets a version.
  case forget(HistoryEntry, sql: String?, Cause)
  /// Statements of a half-done file count as done as they are now.
  case acceptStatements(MigrationFile, [EditedStatement])
  /// How far a no-transaction file got is forgotten.
  case forgetJournal(Unfinished, path: String?, Cause)

  public enum Staleness: Sendable, Hashable {
    case lineEnds
    case algorithm(String)
  }

  public enum Cause: Sendable, Hashable {
    case fileGone
    /// It runs in one transaction now, which needs no journal.
    case inTransaction
    /// Somebody said so.
    case asked
  }

  /// A statement that was run as another text.
  public struct EditedStatement: Sendable, Hashable {
    /// Counted from 1.
    public let number: Int
    /// `file:line:column`; nil where the file has no such statement any more.
    public let place: String?
    let checksum: String?
  }

  public var version: Version {
    switch self {
    case .accept(let file, _, _), .refresh(let file, _, _), .acceptStatements(let file, _): file.version
    case .forget(let entry, _, _): entry.version
    case .forgetJournal(let unfinished, _, _): unfinished.version
    }
  }

  /// One word or two for reports.
  public var kind: String {
    switch self {
    case .accept: "accept"
    case .refresh: "refresh"
    case .forget: "forget"
    case .acceptStatements: "accept-statements"
    case .forgetJournal: "forget-journal"
    }
  }

  public var difference: UnifiedDiff? { if case .accept(_, _, let diff) = self { diff } else { nil } }

  public var lostSQL: String? { if case .forget(_, let sql, _) = self { sql } else { nil } }

  /// What is changed, and why.
  public var headline: String {
    switch self {
    case .accept(let file, let entry, _):
      "\(file.path): counts as applied as it is now; it was edited after it was \(entry.manner). The database is not"
        + " changed: see to it that it has what the file says"
    case .refresh(let file, _, .lineEnds):
      "\(file.path): its checksum is noted anew, for its line ends are others than when it was applied; its text is the"
        + " same"
    case .refresh(let file, _, .algorithm(let name)):
      "\(file.path): its checksum is noted anew, for it was made with \(name) and is made with"
        + " \(Checksum.currentAlgorithm) now; its text is the same"
    case .forget(let entry, _, let cause):
      "\(entry.fileName): the history forgets it, for \(cause.text). It was \(entry.manner); what it made stays"
        + (cause == .asked ? ", and a file of this version would be applied again" : "")
    case .acceptStatements(_, let statements): statements.map(\.headline).joined(separator: "\n")
    case .forgetJournal(let unfinished, let path, let cause):
      "\(path ?? "version \(unfinished.version)"): the journal forgets that \(unfinished.done) of its statements are done,"
        + " for \(cause.text). What they did stays; "
        + (unfinished.isBeingTakenBack ? "the version counts as applied" : "the file begins again")
    }
  }

  /// The same for two repairs that change the same in the same way.
  var identity: String {
    switch self {
    case .accept(let file, let entry, _), .refresh(let file, let entry, _):
      "\(kind) \(version.digits) \(entry.checksum) \(file.checksum)"
    case .forget(let entry, _, _): "\(kind) \(version.digits) \(entry.checksum)"
    case .acceptStatements(_, let statements): "\(kind) \(version.digits) \(statements)"
    case .forgetJournal(let unfinished, _, _): "\(kind) \(version.digits) \(unfinished.notes)"
    }
  }
}

extension Repair.Cause {
  fileprivate var text: String {
    switch self {
    case .fileGone: "its file is gone"
    case .inTransaction: "the file runs in one transaction now"
    case .asked: "you ask for it"
    }
  }
}

extension Repair.EditedStatement {
  fileprivate var headline: String {
    place.map {
      "\($0): statement \(number) counts as done as it is now; it was another text when it was run"
    }
      ?? "statement \(number) was run and is in the file no more; the journal forgets it, and what it did stays"
  }
}

extension Repair {
  /// What writes it, each with how many rows it is to change; any number where nil.
  func statements(in history: History, by musterVersion: String) -> [(Statement, rows: Int?)] {
    let key: [any PostgresEncodable] = [history.scope, version.digits]
    switch self {
    case .accept(let file, let entry, _), .refresh(let file, let entry, _):
      return [(history.update(of: entry, to: file, by: musterVersion), 1)]
    case .forget:
      return [
        (Statement(Journal.clearing, key), nil),
        (Statement("delete from muster.migration where scope = $1 and version = $2", key), 1),
      ]
    case .acceptStatements(_, let statements):
      return statements.map { statement in
        guard let checksum = statement.checksum else {
          return (
            Statement(
              "delete from muster.migration_journal where scope = $1 and version = $2 and statement = $3",
              key + [statement.number]), 1
          )
        }
        return (
          Statement(
            "update muster.migration_journal set checksum = $4 where scope = $1 and version = $2 and statement = $3",
            key + [statement.number, checksum]), 1
        )
      }
    case .forgetJournal(let unfinished, _, _):
      return [(Statement(Journal.clearing, key), unfinished.notes.count)]
    }
  }
}
