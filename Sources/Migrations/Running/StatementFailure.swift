import PostgresClient
import SQLText

/// A statement of a migration that the server refused.
public struct StatementFailure: Error, Sendable, CustomStringConvertible {
  /// What the database is left with.
  public enum Outcome: Sendable, Hashable {
    /// Nothing of the file remains.
    case rolledBack
    /// Nothing remains of so many files, which stand or fall together.
    case rolledBackTogether(Int)
    /// A no-transaction file: the statements before this one stand and are not run again.
    case journalled(done: Int, of: Int)
    /// A no-transaction file: what its journal says is done stands and is not run again.
    case stepwise
    /// A file of `objects/`: nothing of them was changed.
    case objectsUnchanged
    /// The connection broke when the file was being committed.
    case unknown
  }

  public let path: String
  /// Where the server says the fault is, or where the statement begins; nil when no statement of the file is at fault.
  public let position: SourcePosition?
  public let excerpt: String?
  public let error: PostgresError
  public let outcome: Outcome
  /// What was being done, when it was not a statement of the file.
  public let activity: String?
  /// Who kept it waiting, as far as that was seen.
  public internal(set) var blockers: [Blocker] = []

  /// Whether the same may succeed a moment later, and nothing was done that stands in its way.
  var isTransient: Bool {
    guard let code = error.code, error.kind == .server else { return false }
    return [SQLState.lockNotAvailable, .deadlockDetected, .serializationFailure].contains(code)
  }

  public var description: String {
    [account, aftermath, advice].compactMap(\.self).joined(separator: "\n")
  }

  /// What failed, where and why, without what became of the database.
  public var account: String {
    let place = position.map { "\(path):\($0)" } ?? path
    var lines = [
      "\(place): \(error.severity ?? "ERROR") \(error.code.map { "\($0): " } ?? "")\(error.message)"
    ]
    if let activity { lines.append("while \(activity)") }
    if let excerpt { lines.append(excerpt) }
    if let detail = error.detail { lines.append("detail: \(detail)") }
    if let hint = error.hint { lines.append("hint: \(hint)") }
    if let query = error.internalQuery { lines.append("inside: \(query)") }
    if let context = error.context { lines.append("context: \(context)") }
    if !blockers.isEmpty {
      lines.append("it waited for " + blockers.map { "\($0)" }.joined(separator: "; and for "))
    }
    return lines.joined(separator: "\n")
  }

  /// What happened to the database, and what to do about it.
  public var aftermath: String {
    switch outcome {
    case .rolledBack where error.kind == .cancelled:
      "The file was rolled back: nothing of it remains. Run again to apply it."
    default: outcome.aftermath
    }
  }

  /// What to change in the file, where that is known.
  public var advice: String? {
    switch error.code?.rawValue {
    case "25001" where outcome.isRolledBack:
      "This statement cannot run in a transaction: put it into a file of its own with \"-- muster: no-transaction\" at"
        + " the top."
    case "2D000" where outcome.isRolledBack:
      "A procedure that commits cannot run in a transaction: put it into a file of its own with"
        + " \"-- muster: no-transaction\" at the top."
    case "57014" where error.message.contains("statement timeout"):
      "\"-- muster: statement-timeout 1h\" at the top of the file gives its statements longer."
    case "55P04" where outcome.isTogether:
      "With --verify the files of a run are one transaction: deploy the one that adds the value first, on its own."
    case "55P03":
      "\"-- muster: lock-timeout 10s\" at the top of the file gives its statements longer for a lock."
    default: nil
    }
  }
}

extension StatementFailure {
  /// The failure of a statement of a script, its position turned into a place in the file.
  init(
    _ error: PostgresError, of statement: SQLStatement, in script: Script, outcome: Outcome, singleByte: Bool,
    while activity: String? = nil
  ) {
    let place = FailurePlace(script: script, statement: statement, isSingleByte: singleByte)
    let fault = script.source.place(at: place.offset(of: error))
    self.init(
      path: fault.source, position: fault.position, excerpt: fault.excerpt,
      error: script.given.hidden(in: error), outcome: outcome,
      activity: activity)
  }

  /// A failure of what no statement of a file in `objects/` does.
  init(_ error: PostgresError, path: String, while activity: String) {
    self.init(
      path: path, position: nil, excerpt: nil, error: error, outcome: .objectsUnchanged, activity: activity)
  }

  /// A failure of what the runner does around the statements.
  init(
    _ error: PostgresError, file: MigrationFile, outcome: Outcome, while activity: String,
    hiding given: GivenValues = GivenValues()
  ) {
    self.init(
      path: file.path, position: nil, excerpt: nil, error: given.hidden(in: error), outcome: outcome,
      activity: activity)
  }
}

extension StatementFailure.Outcome {
  var isTogether: Bool { if case .rolledBackTogether = self { true } else { false } }
  var isRolledBack: Bool { self == .rolledBack || isTogether }

  /// What happened to the database, and what to do about it.
  var aftermath: String {
    switch self {
    case .rolledBack: "The file was rolled back: nothing of it remains. Mend it and run again."
    case .rolledBackTogether(let count):
      "The \(count) files of this transaction were rolled back: nothing of them remains. Mend it and run again."
    case .journalled(let done, let total):
      "The file is not in a transaction: \(done) of its \(total) statements are done and will not be run again."
        + " Mend the cause and run again; it goes on here."
    case .stepwise:
      "The file is not in a transaction: what was done stands and will not be run again. Mend the cause and run again;"
        + " it goes on where it stopped."
    case .objectsUnchanged: "\(ObjectFailure.aftermath) Mend it and run again."
    case .unknown:
      "The connection broke while the file was being committed. Run again: the history in the database tells whether"
        + " it was applied, and nothing is applied twice."
    }
  }
}
