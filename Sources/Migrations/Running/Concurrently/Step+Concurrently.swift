import PostgresClient

// Statements that commit on their own midway, and what is to be done about what they leave when they are stopped there.
extension Step {
  func build(_ index: ConcurrentIndex, _ connection: isolated PostgresConnection) throws {
    let found = try run.outside("looking for the index") { try index.all(connection) }
    let earlier = wasBegun ? entry?.indexesBefore ?? [] : found.map(\.oid)
    if !wasBegun {
      try note(.started, connection, indexesBefore: earlier)
    } else if found.contains(where: { $0.isValid && !earlier.contains($0.oid) }) {
      return try note(.done, connection)
    }
    for remnant in try index.candidates(besides: earlier, connection)
    where !remnant.isValid && !remnant.isInUse {
      try drop(remnant.name, connection)
    }
    try execute(connection)
    if let broken = try index.candidates(besides: earlier, connection).first(where: { !$0.isValid }) {
      throw failure(ConcurrentIndex.invalid(broken.name))
    }
    try note(.done, connection)
  }

  /// Only what was not there before this statement began is its own to drop.
  func rebuild(_ remnants: ReindexRemnants, _ connection: isolated PostgresConnection) throws {
    let found = try run.outside("looking for invalid indexes") { try remnants.all(connection) }
    if wasBegun {
      let earlier = entry?.indexesBefore ?? []
      for remnant in found where !earlier.contains(remnant.oid) { try drop(remnant.name, connection) }
    } else {
      try note(.started, connection, indexesBefore: found.map(\.oid))
    }
    try runAlone(connection)
  }

  func detach(_ detachment: Detachment, _ connection: isolated PostgresConnection) throws {
    switch try run.outside("looking at the partition", { try detachment.state(connection) }) {
    case .attached:
      if !wasBegun { try note(.started, connection) }
      try runAlone(connection)
    case .pending:
      try transact(connection) { batch, connection in
        try batch.add(Statement(detachment.finalization), .statement(statement), connection)
        try add(.done, to: &batch, connection)
      }
      run.settings.report(.detachFinished(run.file, partition: detachment.target.partition))
    // Begun, it was attached then; otherwise the server says what is wrong.
    case .detached: wasBegun ? try note(.done, connection) : try runAlone(connection)
    }
  }

  private func drop(_ index: String, _ connection: isolated PostgresConnection) throws {
    try run.outside("dropping the invalid index \(index) that an earlier attempt left") {
      try Timeouts(lock: Timeout.none).during(connection) {
        _ = try $0.execute("drop index concurrently if exists \(index)")
      }
    }
    run.settings.report(.remnantDropped(run.file, index: index))
  }
}
