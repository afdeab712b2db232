/// Turns the messages of one stream into changes: it remembers the relations that the server described, and holds
/// streamed transactions back until they commit, so that a consumer never sees what was rolled back.
///
/// A streamed transaction is held in memory. A stream that does not ask for `streaming` leaves that to the server, which
/// spills to its disk; that is the default.
public struct ChangeAssembler: Sendable {
  private var relations: [UInt32: Relation] = [:]
  private var open: TransactionID?
  private var streaming: TransactionID?
  private var streamed: [TransactionID: StreamedTransaction] = [:]

  public init() {}

  /// Whether a transaction has begun whose commit has not come yet.
  public var isInsideTransaction: Bool { open != nil }

  /// Takes the next message and appends what it brings, if anything, to `events`.
  ///
  /// - Throws: ``UnexpectedMessage``
  public mutating func receive(
    _ decoded: DecodedMessage, into events: inout [StreamEvent]
  ) throws(UnexpectedMessage) {
    switch decoded.message {
    case .begin(let begin):
      if let open { throw .insideTransaction(message: "Begin", open: open) }
      open = begin.transaction
      events.append(.begin(begin))
    case .commit(let commit):
      guard open != nil else { throw .outsideTransaction(message: "Commit") }
      open = nil
      events.append(.commit(commit))
    case .origin(let origin):
      try append(.origin(origin), decoded, named: "Origin", to: &events)
    case .relation(let relation):
      remember(relation)
    case .type:
      break  // names are asked of the catalog, by OID, by those who want them
    case .logical(let message) where !message.isTransactional:
      events.append(.message(message))
    case .logical(let message):
      try append(.message(message), decoded, named: "Message", to: &events)
    case .streamStart, .streamStop, .streamCommit, .streamAbort:
      try follow(decoded.message, into: &events)
    case .insert, .update, .delete, .truncate:
      guard let change = try change(decoded.message) else { return }
      try append(.change(change), decoded, named: "change", to: &events)
    }
  }
}

// MARK: Relations

extension ChangeAssembler {
  private mutating func remember(_ relation: Relation) {
    if let streaming {
      streamed[streaming]?.relations[relation.id] = relation
    } else {
      relations[relation.id] = relation
    }
  }

  private func relation(_ id: UInt32) throws(UnexpectedMessage) -> Relation {
    if let streaming, let relation = streamed[streaming]?.relations[id] { return relation }
    guard let relation = relations[id] else { throw .unknownRelation(id: id) }
    return relation
  }

  private func change(_ message: Message) throws(UnexpectedMessage) -> Change? {
    switch message {
    case .insert(let id, let new):
      let relation = try relation(id)
      try check(new, relation)
      return .insert(relation, new: new)
    case .update(let id, let old, let new):
      let relation = try relation(id)
      try check(new, relation)
      if let old { try check(old.values, relation) }
      return .update(relation, old: old, new: old.map { completed(new, from: $0, relation) } ?? new)
    case .delete(let id, let old):
      let relation = try relation(id)
      try check(old.values, relation)
      return .delete(relation, old: old)
    case .truncate(let truncate):
      var relations: [Relation] = []
      for id in truncate.relations { relations.append(try relation(id)) }
      return .truncate(relations, cascades: truncate.cascades, restartsIdentity: truncate.restartsIdentity)
    default: return nil
    }
  }

  private func check(_ tuple: Tuple, _ relation: Relation) throws(UnexpectedMessage) {
    guard tuple.count == relation.columns.count else {
      throw .columnCount(
        relation: relation.description, expected: relation.columns.count, found: tuple.count)
    }
  }

  /// A large value that an update left alone is not in the new row, but it is in the old one where that is whole.
  private func completed(_ new: Tuple, from old: OldTuple, _ relation: Relation) -> Tuple {
    var values = new
    for index in values.indices where values[index] == .unchanged {
      switch old {
      case .full(let before): values[index] = before[index]
      case .key(let before): if relation.columns[index].isKey { values[index] = before[index] }
      }
    }
    return values
  }
}

// MARK: Streamed transactions

private struct StreamedTransaction: Sendable {
  /// As this transaction sees them: it may have altered a table, and may yet be rolled back.
  var relations: [UInt32: Relation] = [:]
  var events: [(subtransaction: TransactionID, event: StreamEvent)] = []
}

extension ChangeAssembler {
  private mutating func append(
    _ event: StreamEvent, _ decoded: DecodedMessage, named name: String,
    to events: inout [StreamEvent]
  ) throws(UnexpectedMessage) {
    if let streaming {
      streamed[streaming]?.events.append((decoded.subtransaction ?? streaming, event))
    } else if open != nil {
      events.append(event)
    } else {
      throw .outsideTransaction(message: name)
    }
  }

  private mutating func follow(
    _ message: Message, into events: inout [StreamEvent]
  ) throws(UnexpectedMessage) {
    switch message {
    case .streamStart(let id, _):
      if let open { throw .insideTransaction(message: "StreamStart", open: open) }
      streaming = id
      if streamed[id] == nil { streamed[id] = StreamedTransaction() }
    case .streamStop:
      streaming = nil
    case .streamAbort(let id, let subtransaction):
      guard streamed[id] != nil else { throw .unknownStreamedTransaction(id) }
      if subtransaction == id {
        streamed[id] = nil
      } else {
        streamed[id]?.events.removeAll { $0.subtransaction == subtransaction }
      }
    case .streamCommit(let id, let commit):
      guard let transaction = streamed.removeValue(forKey: id) else { throw .unknownStreamedTransaction(id) }
      relations.merge(transaction.relations) { _, committed in committed }
      events.append(
        .begin(.init(commitLSN: commit.commitLSN, commitTime: commit.commitTime, transaction: id)))
      events.append(contentsOf: transaction.events.lazy.map(\.event))
      events.append(.commit(commit))
    default: break
    }
  }
}
