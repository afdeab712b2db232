import PostgresClient

/// The number of a transaction or subtransaction.
public typealias TransactionID = UInt32

/// One message of the output plugin `pgoutput`, protocol versions 1 and 2, as it stands in the stream.
///
/// What the messages mean together (which relation a change belongs to, which changes were taken back) is worked out by
/// ``ChangeAssembler``.
public enum Message: Sendable, Hashable {
  case begin(Begin)
  case commit(Commit)
  case origin(Origin)
  case relation(Relation)
  case type(NamedType)
  case insert(relation: UInt32, new: Tuple)
  case update(relation: UInt32, old: OldTuple?, new: Tuple)
  case delete(relation: UInt32, old: OldTuple)
  case truncate(Truncate)
  case logical(LogicalMessage)
  /// The messages up to `streamStop` belong to a transaction that is still going on.
  case streamStart(transaction: TransactionID, isFirst: Bool)
  case streamStop
  case streamCommit(transaction: TransactionID, Commit)
  /// `subtransaction` was rolled back; where it equals `transaction`, all of it was.
  case streamAbort(transaction: TransactionID, subtransaction: TransactionID)
}

extension Message {
  public struct Begin: Sendable, Hashable {
    /// Where the commit stands in the log: known, because the server sends a transaction after its commit.
    public var commitLSN: LSN
    public var commitTime: Timestamp
    public var transaction: TransactionID

    public init(commitLSN: LSN, commitTime: Timestamp, transaction: TransactionID) {
      self.commitLSN = commitLSN
      self.commitTime = commitTime
      self.transaction = transaction
    }
  }

  public struct Commit: Sendable, Hashable {
    public var commitLSN: LSN
    /// The end of the commit record: what to confirm once the transaction was handed off.
    public var endLSN: LSN
    public var commitTime: Timestamp

    public init(commitLSN: LSN, endLSN: LSN, commitTime: Timestamp) {
      self.commitLSN = commitLSN
      self.endLSN = endLSN
      self.commitTime = commitTime
    }
  }

  /// Where a transaction that was itself replicated first came from.
  public struct Origin: Sendable, Hashable {
    public var commitLSN: LSN
    public var name: String

    public init(commitLSN: LSN, name: String) {
      self.commitLSN = commitLSN
      self.name = name
    }
  }

  /// A type that is not built in; sent before the relation that has a column of it.
  public struct NamedType: Sendable, Hashable {
    public var id: UInt32
    public var schema: String
    public var name: String

    public init(id: UInt32, schema: String, name: String) {
      self.id = id
      self.schema = schema
      self.name = name
    }
  }

  public struct Truncate: Sendable, Hashable {
    public var relations: [UInt32]
    public var cascades: Bool
    public var restartsIdentity: Bool

    public init(relations: [UInt32], cascades: Bool, restartsIdentity: Bool) {
      self.relations = relations
      self.cascades = cascades
      self.restartsIdentity = restartsIdentity
    }
  }
}

/// What `pg_logical_emit_message` wrote.
public struct LogicalMessage: Sendable, Hashable {
  /// A transactional one vanishes on rollback; any other is delivered at once and stands between transactions.
  public var isTransactional: Bool
  /// The end of its record in the log.
  public var lsn: LSN
  public var prefix: String
  public var content: [UInt8]

  public init(isTransactional: Bool, lsn: LSN, prefix: String, content: [UInt8]) {
    self.isTransactional = isTransactional
    self.lsn = lsn
    self.prefix = prefix
    self.content = content
  }
}
