public import SQLText

/// The statements of a file and what its directives ask for, found fit to run.
public struct Script: Sendable {
  /// The text as it is sent, files included and variables replaced. It knows which byte came from where.
  public let source: SQLSource
  public let statements: [SQLStatement]
  public let directives: Directives
  /// The values that were given from outside, by variable: what no output may show.
  let givenValues: [String: String]
  /// Which statements commit together where the file is not one transaction; in order and without gaps.
  public let groups: [Range<Int>]

  init(
    path: String, bytes: [UInt8], conduct: Conduct = .plain, context: ScriptContext = ScriptContext(),
    session: ScriptSession = ScriptSession()
  ) throws(FileError) {
    do {
      var file = try SQLSource(name: path, bytes: bytes)
      if let placeholders = conduct.placeholders {
        file = try placeholders.filled(file, session)
      }
      if let substitution = conduct.substitution { file = try substitution.filled(file, context) }
      let split = try Splitter.split(
        file, standardConformingStrings: session.standardConformingStrings, context: context)
      source = split.source
      givenValues = split.givenValues
      var directives = try Directives(split.directives, of: split.statements, in: source)
      var groups = split.statements.indices.map { $0..<($0 + 1) }
      if conduct.transactionControl == .obeyed {
        let conduct = conduct.with { [asked = directives.noTransaction] in
          $0.noTransaction = $0.noTransaction || asked
        }
        let parts = try CommitGroups(split.statements, in: source, conduct: conduct)
        (statements, groups) = (parts.statements, parts.groups)
        directives.noTransaction = !parts.isOneTransaction
        directives.renumber(split.statements, as: parts.statements)
      } else {
        statements = split.statements
      }
      self.directives = directives
      if directives.noTransaction {
        groups = try SessionSpans.joining(groups, of: statements, directives, in: source)
      }
      self.groups = groups
    } catch let error as SQLTextError {
      throw FileError(error)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(.unreadable("\(error)"), path: path)
    }
    guard !statements.isEmpty || conduct.mayBeEmpty else { throw FileError(.empty, path: path) }
    for statement in statements { try check(statement) }
  }

  /// Whether the file itself says how long to wait for locks.
  var setsLockTimeout: Bool {
    directives.lockTimeout != nil
      || statements.contains { $0.words.first == "set" && $0.words.contains("lock_timeout") }
  }

  /// The statement as it is sent.
  public func text(_ statement: SQLStatement) -> String { source.text(statement.range) }

  /// The statement as it may be shown and kept: with variables by name, for their values may be secrets.
  public func writtenText(_ statement: SQLStatement) -> String {
    String(decoding: source.written(statement.range), as: UTF8.self)
  }

  /// Where the statement begins.
  public func place(_ statement: SQLStatement) -> SourcePlace { source.place(at: statement.range.lowerBound) }

  private func check(_ statement: SQLStatement) throws(FileError) {
    let start = statement.range.lowerBound
    if let control = TransactionControl.name(of: statement) {
      let fault = FileError.Fault.transactionControl(control, noTransaction: directives.noTransaction)
      throw FileError(fault, in: source, at: start)
    }
  }
}

/// Statements that begin or end a transaction. Savepoints are not among them.
enum TransactionControl {
  /// What to call the statement, nil when it leaves the transaction alone.
  static func name(of statement: SQLStatement) -> String? {
    let second = statement.words.dropFirst().first
    return switch statement.words.first {
    case "begin", "end", "abort": statement.words[0].uppercased()
    case "start" where second == "transaction": "START TRANSACTION"
    case "prepare" where second == "transaction": "PREPARE TRANSACTION"
    case "commit": second == "prepared" ? "COMMIT PREPARED" : "COMMIT"
    case "rollback": rollback(statement.words.dropFirst())
    default: nil
    }
  }

  /// `rollback [work | transaction] to [savepoint] x` stays inside its transaction.
  private static func rollback(_ words: ArraySlice<String>) -> String? {
    let rest = ["work", "transaction"].contains(words.first) ? words.dropFirst() : words
    if rest.first == "to" { return nil }
    return rest.first == "prepared" ? "ROLLBACK PREPARED" : "ROLLBACK"
  }
}
