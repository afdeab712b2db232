import PostgresClient

/// What has never been there, made in one round trip rather than a few for each object: a database may be far away.
extension ObjectRun {
  /// Makes all that is to be made, when all of it is new. Where one has to wait for another behind it none is made, and each
  /// is tried by itself afterwards.
  mutating func makeTogether(_ connection: isolated PostgresConnection) throws {
    let limits = Set(pending.map { settings.timeouts(for: $0.script) })
    // A rehearsal looks at each.
    guard settings.rehearsal == nil, pending.count > 1, limits.count == 1, let limits = limits.first,
      pending.allSatisfy(isNew)
    else {
      return
    }
    var copy = self
    do {
      try connection.savepoint { connection in
        try copy.limit(limits, connection)
        try copy.makePending(connection)
      }
    } catch  where Self.mayPass(error) {
      return
    }
    self = copy
  }

  private func isNew(_ definition: ObjectDefinition) -> Bool {
    known["\(definition.reference)"] == nil && !taken.contains(definition.reference.name.name)
  }

  private mutating func makePending(_ connection: isolated PostgresConnection) throws {
    let lookups = pending.map { ObjectCatalog.lookup($0.reference) }
    let statements = zip(pending, lookups).flatMap { definition, lookup in
      [Statement(definition.replacingText)] + (lookup.map { [$0] } ?? [])
    }
    var results = try connection.pipeline(statements).makeIterator()
    for (definition, lookup) in zip(pending, lookups) {
      if case .failure(let error) = results.next() { throw sender.failure(error, of: definition) }
      taken.insert(definition.reference.name.name)
      guard lookup != nil, let rows = results.next() else {
        noteJob(definition, .created)
        continue
      }
      note(try result(of: definition, rows.get()).identity, definition, .created)
    }
    pending = []
  }
}
