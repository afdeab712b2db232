import Replication

/// Finds who is to be told of a change without asking everybody.
package struct SubscriptionIndex: Sendable {
  private var tables: [String: Table] = [:]

  private struct Table: Sendable {
    var unfiltered: Set<Int> = []
    var filtered: [String: [String: Set<Int>]] = [:]

    var everybody: Set<Int> {
      filtered.values.reduce(into: unfiltered) { all, column in
        for some in column.values { all.formUnion(some) }
      }
    }
  }

  package init() {}

  package mutating func add(_ subscription: Subscription, of listener: Int) {
    if let column = subscription.column, let value = subscription.value {
      tables[subscription.table, default: Table()]
        .filtered[column, default: [:]][value, default: []].insert(listener)
    } else {
      tables[subscription.table, default: Table()].unfiltered.insert(listener)
    }
  }

  /// Those who asked for the new row or for the old one: a row that leaves a filter is news to those behind it.
  package func listeners(to change: Change) -> Set<Int> {
    var found: Set<Int> = []
    for relation in change.relations {
      guard let table = tables[relation.description] else { continue }
      if case .truncate = change {
        found.formUnion(table.everybody)
        continue
      }
      found.formUnion(table.unfiltered)
      for (column, values) in table.filtered {
        found.formUnion(Self.matches(change, column: column, values: values))
      }
    }
    return found
  }

  private static func matches(
    _ change: Change, column: String, values: [String: Set<Int>]
  ) -> Set<Int> {
    var found: Set<Int> = []
    if case .text(let value)? = change.new?[column] { found.formUnion(values[value] ?? []) }
    if case .text(let value)? = change.old?[column] { found.formUnion(values[value] ?? []) }
    // Of a deleted row only the key is known: a filter on anything else cannot rule the change out.
    if case .delete(let relation, .key) = change, let index = relation.index(ofColumn: column),
      !relation.columns[index].isKey
    {
      for some in values.values { found.formUnion(some) }
    }
    return found
  }
}
