import PostgresClient
public import SQLText

/// Why a run ended without bringing the database up to date.
public enum MigrationError: Error, Sendable, CustomStringConvertible {
  /// The folder or a file is no valid set of migrations.
  case files(FileError)
  case connection(PostgresError)
  case server(ServerError)
  /// The history was tampered with or is out of order.
  case history([HistoryFault])
  /// There is no way to the version that was asked for.
  case course(CourseError)
  /// Another tool's history is in the way, or cannot be taken over.
  case adoption(AdoptionError)
  /// What was to be repaired cannot be.
  case repair(RepairError)
  case lock(LockError)
  /// A file needed a lock on a relation that it did not get in the time given.
  case relationLock(StatementFailure, waited: Duration)
  case statement(StatementFailure)
  /// What looked at the files before they were committed would not have them.
  case refused(Refusal, files: [MigrationFile], StatementFailure.Outcome)
  /// The code objects cannot be made what `objects/` says.
  case objects(ObjectFailure)

  /// The exit code of the command line.
  public var exitCode: Int32 {
    switch self {
    case .statement, .refused, .objects: 1
    case .files, .connection, .server, .course, .repair: 2
    case .history: 4
    case .adoption(let error): error.exitCode
    case .lock, .relationLock: 5
    }
  }

  /// Whether the run was told to stop.
  public var isCancellation: Bool {
    switch self {
    case .connection(let error): error.kind == .cancelled
    case .statement(let failure): failure.error.kind == .cancelled
    default: false
    }
  }

  /// The file at fault and the place in it, where there is one.
  public var place: (path: String, position: SourcePosition?)? {
    switch self {
    case .files(let error): (error.path, error.position)
    case .objects(let failure): (failure.path, failure.position)
    case .statement(let failure), .relationLock(let failure, _): (failure.path, failure.position)
    default: nil
    }
  }

  /// One by one, what is wrong with the history.
  public var historyFaults: [HistoryFault] { if case .history(let faults) = self { faults } else { [] } }

  /// What the server called it.
  public var sqlState: String? {
    switch self {
    case .connection(let error): error.code?.rawValue
    case .statement(let failure), .relationLock(let failure, _): failure.error.code?.rawValue
    default: nil
    }
  }

  /// One word for reports.
  public var kind: String {
    switch self {
    case .files: "files"
    case .connection: "connection"
    case .server: "server"
    case .history: "history"
    case .course: "course"
    case .adoption(let error): error.kind
    case .repair: "repair"
    case .lock, .relationLock: "lock"
    case .statement: "statement"
    case .refused: "refused"
    case .objects: "objects"
    }
  }

  public var description: String {
    switch self {
    case .files(let error): "\(error)"
    case .connection(let error): error.summary
    case .server(let error): "\(error)"
    case .history(let faults):
      faults.map(\.description).joined(separator: "\n") + "\nNothing was changed."
    case .course(let error): "\(error)"
    case .adoption(let error): "\(error)"
    case .repair(let error): "\(error)"
    case .lock(let error): "\(error)"
    case .relationLock(let failure, let waited):
      "\(failure)\nTried again and again for \(waited.brief). Run again at a quieter hour, or give it longer with --retry-for."
    case .statement(let failure): "\(failure)"
    case .refused(let refusal, let files, let outcome):
      "\(refusal)\n\(files.map(\.fileName).joined(separator: ", ")): \(outcome.aftermath)"
    case .objects(let failure): "\(failure)"
    }
  }

  init(_ error: any Error) {
    switch error {
    case let error as MigrationError: self = error
    case let error as FileError: self = .files(error)
    case let error as ServerError: self = .server(error)
    case let error as AdoptionError: self = .adoption(error)
    case let error as LockError: self = .lock(error)
    case let error as CourseError: self = .course(error)
    case let error as RepairError: self = .repair(error)
    case let error as StatementFailure: self = .statement(error)
    case let error as ObjectFailure: self = .objects(error)
    case let error as PostgresError: self = .connection(error)
    case is CancellationError: self = .connection(PostgresError(.cancelled, "told to stop while waiting"))
    default: self = .connection(PostgresError(.protocol, "\(error)"))
    }
  }
}
