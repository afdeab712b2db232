import PostgresClient

/// What a run tells while it is at work.
public enum MigrationEvent: Sendable {
  /// Another runner is at work; this one tries again until its time is up.
  case waitingForLock(holder: Blocker?)
  case historyCreated
  /// The files speak of their own tool's history table; it is there now, and empty.
  case standInCreated(table: String, Tool)
  case starting(MigrationFile, statements: Int)
  /// A no-transaction file goes on where an earlier run stopped: behind so many statements.
  case resuming(MigrationFile, done: Int)
  case extensionCreated(String, asScript: Bool)
  case statementDone(MigrationFile, number: Int, of: Int)
  /// Somebody holds a lock that the file waits for.
  case blocked(MigrationFile, by: [Blocker])
  /// The file was rolled back for want of a lock and is tried again after a pause.
  case retrying(MigrationFile, StatementFailure, attempt: Int, after: Duration)
  /// What a failed CREATE INDEX or REINDEX CONCURRENTLY left behind is taken away.
  case remnantDropped(MigrationFile, index: String)
  /// A partition that was half detached is detached now.
  case detachFinished(MigrationFile, partition: String)
  /// A statement that commits on its own was begun by an earlier run, and whether it came to its end nobody knows.
  case runningAgain(MigrationFile, number: Int)
  /// A statement that is repeated until it changes no row has changed some, and was committed.
  case batchRound(MigrationFile, BatchProgress)
  case batchDone(MigrationFile, BatchProgress)
  /// The deployment lock was not there any more at the end of the run. Each file held it for itself.
  case lockLost
  case notice(PostgresNotice)
  case applied(MigrationFile, took: Duration)
  /// The file's way back has run, and the history has it no more.
  case takenBack(MigrationFile, took: Duration)
  case hookRun(MigrationFile, took: Duration)
  /// A file below applied ones is applied all the same.
  case outOfOrder(MigrationFile, newest: Version)
  /// The file needs these code objects, and what depends on them, dropped; they are made again in its transaction.
  case makingWay(MigrationFile, [ObjectIdentity])
  /// What became of the code objects, once it was committed.
  case objectsApplied([ObjectChange], took: Duration)
  /// The same as for a file, while `objects/` is applied.
  case objectsBlocked(by: [Blocker])
  case objectsRetrying(StatementFailure, attempt: Int, after: Duration)
  /// The database has code objects from these files, and this folder of migrations has no `objects/`.
  case objectsUnknown([String])
  /// Line endings, and nothing else, differ from what was applied.
  case reencoded(MigrationFile)
  /// The history has versions above every file here.
  case ahead([HistoryEntry])
}
