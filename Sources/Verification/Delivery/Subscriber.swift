/// What a client asked to be told of: a table, or those of its rows that have one value in one column.
package struct Subscription: Sendable, Hashable {
  package var table: String
  package var column: String?
  package var value: String?

  /// - Parameter table: with its schema: `public.messages`.
  package init(_ table: String) { self.table = table }

  package init(_ table: String, where column: String, is value: String) {
    self.table = table
    self.column = column
    self.value = value
  }
}

/// What a page shows: a query of one value, asked again on every change.
package struct Query: Sendable, Hashable {
  /// With `$1`, `$2`, … for what differs from page to page, so that the server plans it once for all of them.
  package var sql: String
  package var parameters: [String]

  package init(_ sql: String, _ parameters: String...) {
    self.sql = sql
    self.parameters = parameters
  }
}

/// One question asked by one identity: what may be answered once for all who share both.
package struct Viewpoint: Sendable, Hashable {
  package var persona: Persona
  package var query: Query

  package init(_ persona: Persona, _ query: Query) {
    self.persona = persona
    self.query = query
  }
}

/// A client that has a page open: it is told of changes, and reads again what it may see.
package struct Subscriber: Sendable {
  package var viewpoint: Viewpoint
  package var subscriptions: [Subscription]
  /// The only answer that this client may ever get; nil where answers change.
  package var onlyEver: String?

  package init(_ viewpoint: Viewpoint, _ subscriptions: [Subscription], onlyEver: String? = nil) {
    self.viewpoint = viewpoint
    self.subscriptions = subscriptions
    self.onlyEver = onlyEver
  }
}
