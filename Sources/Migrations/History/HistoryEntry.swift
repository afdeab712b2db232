import PostgresClient

/// A migration that a database says it has.
///
/// By reference, as ``MigrationFile`` is and for the same reason.
public final class HistoryEntry: Sendable {
  /// How the database came to have it.
  public enum Kind: String, Sendable {
    /// Muster ran it.
    case applied
    /// It was there before Muster, by somebody's word.
    case baseline
    /// Another tool ran it and kept the history.
    case adopted
  }

  public let version: Version
  public let name: String
  public let checksum: Checksum
  public let appliedAt: Timestamp
  public let appliedBy: String
  /// How long it took, in milliseconds.
  public let milliseconds: Double
  /// The Muster that applied it.
  public let musterVersion: String
  public let kind: Kind

  package init(
    version: Version, name: String, checksum: Checksum, appliedAt: Timestamp, appliedBy: String,
    milliseconds: Double, musterVersion: String, kind: Kind = .applied
  ) {
    self.version = version
    self.name = name
    self.checksum = checksum
    self.appliedAt = appliedAt
    self.appliedBy = appliedBy
    self.milliseconds = milliseconds
    self.musterVersion = musterVersion
    self.kind = kind
  }
}

extension HistoryEntry.Kind {
  init(_ text: String) throws(PostgresError) {
    guard let kind = Self(rawValue: text) else {
      throw PostgresError(.decoding, "muster.migration: \"\(text)\" is no kind of entry")
    }
    self = kind
  }
}

/// Where a no-transaction file stands that was begun and is not finished.
public struct JournalEntry: Sendable, Hashable {
  public enum State: String, Sendable { case started, done }

  public let version: Version
  /// Counted from 1.
  public let statement: Int
  public let state: State
  /// Of the statement's text.
  public let checksum: String
  /// The indexes that a table had before CREATE INDEX CONCURRENTLY began, as object ids; before REINDEX CONCURRENTLY, the
  /// INVALID ones.
  public let indexesBefore: [String]
  /// How often a batch was repeated, and how many rows it has changed.
  public let rounds: Int
  public let rows: Int
}
