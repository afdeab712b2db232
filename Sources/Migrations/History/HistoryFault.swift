/// History that was tampered with, or is out of order.
public enum HistoryFault: Sendable, CustomStringConvertible {
  /// An applied file is not what was applied.
  case edited(MigrationFile, HistoryEntry, UnifiedDiff?)
  /// The file of an applied version is gone, and later ones are there.
  case missing(HistoryEntry, sql: String?)
  /// A version lower than one that is applied.
  case late(MigrationFile, newest: Version)
  /// A statement of a half-done no-transaction file is not what was run.
  case journalEdited(MigrationFile, statement: Int, place: String)
  /// A version is being taken back by a no-transaction file, which did not come to its end.
  case halfTakenBack(HistoryEntry, done: Int)

  static func edited(_ file: MigrationFile, _ entry: HistoryEntry, since sql: String?) -> HistoryFault {
    let diff = sql.map { sql in
      UnifiedDiff(
        from: Array(sql.utf8), named: "\(entry.fileName) as applied", to: file.written,
        named: "\(file.path) now")
    }
    return .edited(file, entry, diff)
  }

  public var version: Version {
    switch self {
    case .edited(let file, _, _), .late(let file, _), .journalEdited(let file, _, _): file.version
    case .missing(let entry, _), .halfTakenBack(let entry, _): entry.version
    }
  }

  /// One word for reports.
  public var kind: String {
    switch self {
    case .edited: "edited"
    case .missing: "missing"
    case .late: "out-of-order"
    case .journalEdited: "edited-midway"
    case .halfTakenBack: "half-taken-back"
    }
  }

  /// Where the file is, if it is there.
  public var path: String? {
    switch self {
    case .edited(let file, _, _), .late(let file, _), .journalEdited(let file, _, _): file.path
    case .missing, .halfTakenBack: nil
    }
  }

  /// What was applied against what is there.
  public var difference: UnifiedDiff? { if case .edited(_, _, let diff) = self { diff } else { nil } }

  /// What was applied, of a file that is gone.
  public var lostSQL: String? { if case .missing(_, let sql) = self { sql } else { nil } }

  /// What is wrong and what to do.
  public var headline: String {
    switch self {
    case .edited(let file, let entry, _):
      "\(file.path): edited after it was \(entry.manner) (\(entry.checksum.abbreviation), now"
        + " \(file.checksum.abbreviation)); put it back and write the change as a new migration, or have \"muster repair\""
        + " take it as it is"
    case .missing(let entry, _):
      "\(entry.fileName): \(entry.manner), and now its file is gone; put it back (\"muster status --sql"
        + " \(entry.version.digits)\" prints it), or have \"muster repair\" forget it"
    case .late(let file, let newest):
      "\(file.path): not applied, and version \(newest) behind it is; give it a version above \(newest), or apply it all the"
        + " same with --allow-out-of-order"
    case .journalEdited(let file, let statement, let place):
      "\(place): statement \(statement) of \(file.path) was run already, before the file was finished, and was another"
        + " text then; put it back and go on with the statements behind it"
    case .halfTakenBack(let entry, let done):
      "\(entry.fileName): an earlier run began to take it back and got through \(done) of its statements; finish that with"
        + " --to and a version below \(entry.version), and then migrate"
    }
  }

  public var description: String {
    ([headline] + (difference.map { [DiffText($0).plain] } ?? [])
      + (lostSQL.map { [LostText($0).plain] } ?? []))
      .joined(separator: "\n")
  }
}

/// The SQL of a file that is gone, as far as it fits in a log.
public struct LostText: Sendable {
  public let lines: [String]

  public init(_ sql: String, limit: Int = 20) {
    let all = Checksum.normalised(Array(sql.utf8)).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let rest = all.count - limit
    lines =
      all.prefix(limit).map { "  | " + LineText.lone(String(decoding: $0, as: UTF8.self)) }
      + (rest > 0 ? ["  … \(rest) more line\(rest == 1 ? "" : "s")"] : [])
  }

  public var plain: String { lines.joined(separator: "\n") }
}

extension HistoryEntry {
  /// What its file was called.
  public var fileName: String { "\(version)_\(name).sql" }

  /// How and when the database came to have it.
  var manner: String {
    switch kind {
    case .applied: "applied at \(appliedAt) by \(appliedBy)"
    case .baseline: "taken as applied at \(appliedAt) by \(appliedBy)"
    case .adopted: "applied at \(appliedAt) by \(appliedBy) with another tool"
    }
  }
}
