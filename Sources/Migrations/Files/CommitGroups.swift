import SQLText

/// The statements of a text that says itself where transactions begin and end, or was written for a tool that finds out:
/// which run, and which of them commit together.
///
/// BEGIN and COMMIT are not among them: the runner's own take their place, so that its notes commit with the statements.
struct CommitGroups {
  /// What runs, without what only begins or ends a transaction.
  private(set) var statements: [SQLStatement] = []
  /// Which statements commit together, in order and without gaps.
  private(set) var groups: [Range<Int>] = []
  /// Whether everything can be one transaction with its history row.
  var isOneTransaction: Bool { groups.count <= 1 && !leavesTransaction }

  private let source: SQLSource
  private let conduct: Conduct
  private var leavesTransaction: Bool
  /// Where the group at hand begins.
  private var start = 0
  /// Where the BEGIN stands whose COMMIT is still to come.
  private var open: Int?
  private var sawBoundary = false

  /// Throws `FileError` for what gives a transaction up, prepares it, begins one of a special kind, or never commits.
  init(_ all: [SQLStatement], in source: SQLSource, conduct: Conduct) throws(FileError) {
    self.source = source
    self.conduct = conduct
    leavesTransaction = conduct.noTransaction
    for statement in all {
      if let boundary = try Boundary(statement, in: source) {
        cross(boundary, at: statement.range.lowerBound)
      } else {
        statements.append(statement)
      }
    }
    if let open, conduct.commitsByStatement {
      throw FileError(.foreignTransactionControl("BEGIN without a COMMIT"), in: source, at: open)
    }
    close()
  }

  private mutating func cross(_ boundary: Boundary, at offset: Int) {
    // Settings before the first BEGIN belong to what it begins.
    let isOpening =
      !sawBoundary && statements.allSatisfy { StatementNature($0, in: source) == .sessionSetting }
    sawBoundary = true
    if boundary != .begin || open == nil && !isOpening { close() }
    open = boundary == .commit ? nil : offset
  }

  private mutating func close() {
    let group = start..<statements.count
    start = statements.count
    guard !group.isEmpty else { return }
    guard open == nil else { return groups.append(group) }
    let needsNone = conduct.leavesTransactionByItself && statements[group].contains(where: needsNoTransaction)
    leavesTransaction = leavesTransaction || needsNone
    let isApart = needsNone || conduct.noTransaction || conduct.commitsByStatement && sawBoundary
    groups += isApart ? group.map { $0..<($0 + 1) } : [group]
  }

  /// Whether it cannot run in a transaction, or has to be committed before the next can use it.
  private func needsNoTransaction(_ statement: SQLStatement) -> Bool {
    switch StatementNature(statement, in: source) {
    case .ordinary, .sessionSetting:
      conduct.commitsByStatement && statement.begins(with: "alter", "type") && statement.words.contains("add")
        && statement.words.contains("value")
    default: true
    }
  }

  private enum Boundary {
    case begin, commit, commitAndBegin

    /// Nil for a statement that leaves the transaction alone.
    init?(_ statement: SQLStatement, in source: SQLSource) throws(FileError) {
      guard let control = TransactionControl.name(of: statement) else { return nil }
      let words = statement.words.dropFirst().filter { !["work", "transaction"].contains($0) }
      switch control {
      case "BEGIN" where words.isEmpty, "START TRANSACTION" where words.isEmpty: self = .begin
      case "COMMIT" where words.isEmpty, "END" where words.isEmpty: self = .commit
      case "COMMIT" where words == ["and", "chain"]: self = .commitAndBegin
      default:
        throw FileError(.foreignTransactionControl(control), in: source, at: statement.range.lowerBound)
      }
    }
  }
}
