import SQLText

/// A folder or a file that is no valid set of migrations. Nothing has been sent to a database when it is thrown.
public struct FileError: Error, Sendable, CustomStringConvertible {
  public enum Fault: Sendable, Hashable {
    case folderMissing
    case notAFolder
    case unreadable(String)
    case unwritable(String)
    case namelessFile
    case controlCharacter
    case noMigrations
    case sameVersion(Version, other: String)
    case downWithoutUp
    case badName
    case unknownLayout
    case ambiguousLayout([LayoutCandidate])
    /// The file of a migration that its tool's order names is not there.
    case scriptMissing(of: String)
    case planLine(Int)
    case planIsItsTools
    case revisionMissing(String, neededBy: String)
    case revisionsInCircle
    case notSQL(language: String)
    case placeholder(String)
    /// The file names a variable of the environment that it was not given.
    case notAllowed(variable: String)
    case substitution(String)
    case foreignTransactionControl(String)
    case strayHook
    case noDownFiles(Tool)
    case empty
    case unknownDirective(String)
    case directiveTooLate(String)
    case directiveTwice(String)
    case directiveArgument(String)
    case batchMisplaced
    case transactionControl(String, noTransaction: Bool)
    /// A temporary table or a cursor, made in that line, is used further down.
    case insideSessionSpan(String, line: Int)
    case discardsAll
    case notACodeObject(String)
    case sameObject(String, other: String)
    case text(String)
  }

  public let fault: Fault
  /// The path of the file or folder.
  public let path: String
  public let position: SourcePosition?
  /// The source line with a caret under the place.
  public let excerpt: String?

  init(_ fault: Fault, path: String) {
    self.fault = fault
    self.path = path
    self.position = nil
    self.excerpt = nil
  }

  init(_ fault: Fault, in source: SQLSource, at offset: Int) {
    let place = source.place(at: offset)
    self.fault = fault
    self.path = place.source
    self.position = place.position
    self.excerpt = place.excerpt
  }

  init(_ error: SQLTextError) {
    self.fault = .text(error.message)
    self.path = error.source
    self.position = error.position
    self.excerpt = error.excerpt
  }

  public var description: String {
    let place = position.map { "\(path):\($0)" } ?? path
    return "\(place): \(message)" + (excerpt.map { "\n\($0)" } ?? "")
  }

  /// What is wrong and what to do, without the place.
  public var message: String {
    switch fault {
    case .folderMissing: "there is no such folder; name the one with the migrations with --dir"
    case .notAFolder: "this is not a folder; name the one with the migrations with --dir"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unwritable(let reason): "cannot be written: \(reason)"
    case .namelessFile: "a migration's name needs a letter or a digit"
    case .controlCharacter: "a control character in a file's name, which no log could show; rename it"
    case .noMigrations: "there is no migration in this folder; \"muster new NAME\" begins one"
    case .sameVersion(let version, let other):
      "version \(version.digits) is also \(other); give one of the two another number"
    case .downWithoutUp: "a .down.sql file without the migration that it takes back"
    case .badName:
      "the name begins with digits but is no migration's; expected <digits>_<name>.sql or <digits>_<name>.down.sql"
    case .unknownLayout:
      "no such layout; known are: " + Tool.allCases.map(\.rawValue).joined(separator: ", ")
    case .ambiguousLayout(let candidates):
      "more than one tool's files may be here; name the one with --layout:\n"
        + candidates.map { "  \($0.tool.rawValue)  \($0.evidence)" }.joined(separator: "\n")
    case .scriptMissing(let change): "the script of \(change) is not there"
    case .planLine(let number): "line \(number) is none of a plan's that Muster reads"
    case .planIsItsTools: "a change of Sqitch's needs its line in the plan; add it with \"sqitch add\""
    case .revisionMissing(let id, let follower): "revision \(id), which \(follower) comes after, is not there"
    case .revisionsInCircle: "some revisions come after themselves"
    case .notSQL(let language):
      "this migration is \(language), which Muster cannot run; apply it with its own tool and take that over with"
        + " \"muster adopt\", or write it as SQL"
    case .placeholder(let name):
      "there is no value for the placeholder \"\(name)\"; give it one in flyway.conf: flyway.placeholders.\(name)=…"
    case .notAllowed(let name):
      "the file asks for the environment's \(name), which it is not given; --env \(name) gives it"
    case .substitution(let problem): problem
    case .foreignTransactionControl(let statement):
      "\(statement) in a migration: Muster runs groups from BEGIN to COMMIT, and nothing that gives a transaction up or"
        + " changes its kind"
    case .noDownFiles(let tool):
      "a folder of \(tool.title) has no place for a file that takes a new one back; begin it without --down"
    case .strayHook:
      "no such hook; expected " + Hooks.Moment.allCases.map(\.fileName).joined(separator: " or ")
    case .empty: "there is no statement in this file; delete it, or write \"select;\" where nothing is meant"
    case .unknownDirective(let name):
      "unknown directive \"\(name)\"; known are: " + Directives.vocabulary.joined(separator: ", ")
    case .directiveTooLate(let name):
      "\"\(name)\" stands where it is for nothing: directives belong at the top of the file; lock-timeout,"
        + " statement-timeout and batch also right above a statement"
    case .directiveTwice(let name): "\"\(name)\" is given twice"
    case .directiveArgument(let problem): problem
    case .batchMisplaced:
      "batch stands right above an INSERT, UPDATE, DELETE or MERGE of a no-transaction file, which is then repeated until"
        + " it changes no row"
    case .transactionControl(let statement, let noTransaction):
      Self.transactionControl(statement, noTransaction)
    case .insideSessionSpan(let name, let line):
      "this cannot be in a transaction, and stands between the making of \"\(name)\" in line \(line) and its last use:"
        + " \"\(name)\" goes with the session, so all of that commits together, or a run that is killed could not be taken"
        + " up. Move this away, or make \"\(name)\" an ordinary table that the file drops at its end"
    case .discardsAll:
      "DISCARD ALL takes the deployment lock away as well; use DISCARD TEMP, RESET ALL or DEALLOCATE ALL"
    case .notACodeObject(let reason):
      "\(reason); a file in objects/ holds functions, procedures, views, policies, triggers and jobs, with their comments"
        + " and grants, and everything else belongs into a migration"
    case .sameObject(let object, let other): "\(object) is also defined at \(other); keep one of the two"
    case .text(let message): message
    }
  }

  private static func transactionControl(_ statement: String, _ noTransaction: Bool) -> String {
    noTransaction
      ? "\(statement) in a no-transaction file: each statement commits on its own there; move what belongs together"
        + " into a file of its own, which is one transaction"
      : "\(statement) in a file that runs in one transaction together with its history row; remove it, or put"
        + " \"-- muster: no-transaction\" at the top if each statement is to commit on its own"
  }
}
