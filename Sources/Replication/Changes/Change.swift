/// One change of a published table, with the relation as it was when the change was made.
public enum Change: Sendable, Hashable {
  case insert(Relation, new: Tuple)
  /// `old` is there when the key changed or the relation has REPLICA IDENTITY FULL.
  case update(Relation, old: OldTuple?, new: Tuple)
  case delete(Relation, old: OldTuple)
  case truncate([Relation], cascades: Bool, restartsIdentity: Bool)
}

extension Change {
  /// The relations touched: one, except for a truncation.
  public var relations: [Relation] {
    switch self {
    case .insert(let relation, _), .update(let relation, _, _), .delete(let relation, _): [relation]
    case .truncate(let relations, _, _): relations
    }
  }

  /// The row version that is there after the change.
  public var new: RowVersion? {
    switch self {
    case .insert(let relation, let new), .update(let relation, _, let new): RowVersion(relation, new)
    case .delete, .truncate: nil
    }
  }

  /// What is known of the row version that went.
  public var old: RowVersion? {
    switch self {
    case .update(let relation, let old?, _), .delete(let relation, let old): RowVersion(relation, old.values)
    case .update, .insert, .truncate: nil
    }
  }
}

/// A row version whose values are asked for by column name.
public struct RowVersion: Sendable, Hashable {
  public var relation: Relation
  public var values: Tuple

  public init(_ relation: Relation, _ values: Tuple) {
    self.relation = relation
    self.values = values
  }

  /// nil when the publication does not show such a column.
  public subscript(column: String) -> TupleValue? {
    relation.index(ofColumn: column).map { values[$0] }
  }
}

/// What a stream hands to its consumer. Changes stand between the `begin` and the `commit` of their transaction;
/// transactions come whole, one after another, in the order of their commits.
public enum StreamEvent: Sendable, Hashable {
  case begin(Message.Begin)
  case origin(Message.Origin)
  case change(Change)
  /// A transactional one stands inside its transaction, any other between transactions.
  case message(LogicalMessage)
  /// Its `endLSN` is what to confirm once everything up to here is safe with the consumer.
  case commit(Message.Commit)
}
