import PostgresClient

/// What an object cannot be replaced without, and what no file defines any more.
extension ObjectRun {
  /// Drops what a definition cannot replace in place.
  mutating func drop(
    _ object: FoundObject, for definition: ObjectDefinition, because reason: String,
    _ connection: isolated PostgresConnection
  ) throws {
    guard ours[object.identity] != nil else {
      throw ObjectFailure(.madeElsewhere(as: object.identity, because: reason), definition)
    }
    let others = try dropChain(object, .definition(definition), connection)
    guard others.isEmpty else {
      throw ObjectFailure(.dependents(others, because: reason), definition, object: object.identity)
    }
  }

  /// Drops an object and what depends on it, the farthest first, and puts those that are not to go on the list of what is to be
  /// made. Returns what stands in the way because it is not ours; nothing was dropped then.
  mutating func dropChain(
    _ object: FoundObject, _ cause: ObjectSender.Cause, _ connection: isolated PostgresConnection
  ) throws -> [String] {
    let dependents = try ObjectCatalog.dependents(of: object, connection)
    let others = dependents.filter { ours[$0.object.identity] == nil }.map(\.description)
    guard others.isEmpty else { return others }
    for victim in dependents.map(\.object) + [object] {
      kept[victim.identity] = try ObjectCatalog.attributes(of: victim, connection)
      try sender.execute("drop \(victim.identity)", cause, connection)
      guard victim != object, let reference = ours[victim.identity] else { continue }
      again(reference)
    }
    return []
  }

  mutating func again(_ reference: String) {
    guard !pending.contains(where: { "\($0.reference)" == reference }) else { return }
    if let definition = definitions[reference] { pending.append(definition) }
  }

  /// Drops what a migration cannot do with there; the definitions are found missing when it is through, and made again.
  mutating func makeWay(
    for path: String, dropping objects: Set<ObjectIdentity>, _ connection: isolated PostgresConnection
  ) throws {
    let victims = records.flatMap(\.objects).filter { objects.contains($0.identity) }
    for object in try ObjectCatalog.existing(victims, connection).values.sorted(by: { $0.row < $1.row })
    where try ObjectCatalog.isThere(object, connection) {
      // What stands in the way besides is for the file's own statement to say.
      _ = try dropChain(object, .file(path: path), connection)
    }
    pending = []
  }

  // MARK: What was removed

  /// Drops what no file defines any more. Returns whether something was, so that others may go through now.
  mutating func dropRemoved(_ connection: isolated PostgresConnection) throws -> Bool {
    let current = Set(made.values.map(\.identity))
    var dropped = false
    for record in records {
      let gone = record.objects.filter { definitions[$0.reference] == nil && !current.contains($0.identity) }
      let present = try ObjectCatalog.existing(gone, connection)
      for object in gone where ours[object.identity] != nil {
        if object.identity.type == "job" {
          try unschedule(object, connection)
        } else if let found = present[object.identity] {
          try remove(found, of: record, connection)
        }
        ours[object.identity] = nil
        changes.append(ObjectChange(verb: .dropped, object: object.identity, file: record.name))
        dropped = true
      }
    }
    return dropped
  }

  private mutating func remove(
    _ object: FoundObject, of record: ObjectRecord, _ connection: isolated PostgresConnection
  ) throws {
    // An earlier removal may have taken it along.
    guard try ObjectCatalog.isThere(object, connection) else { return }
    let path = "\(ObjectFolder.name)/\(record.name)"
    let others = try dropChain(object, .file(path: path), connection)
    guard others.isEmpty else {
      throw ObjectFailure(.removedButNeeded(others), removed: object.identity, from: path)
    }
  }

  private func unschedule(_ job: MadeObject, _ connection: isolated PostgresConnection) throws {
    let isOfCron = job.identity.name.hasPrefix("cron.")
    guard
      try connection.query(
        "select pg_catalog.to_regnamespace($1) is not null", [isOfCron ? "cron" : "muster"]
      ).scalar()
    else { return }
    try connection.query(
      isOfCron
        ? "select cron.unschedule(j.jobid) from cron.job j where j.jobname = $1 and j.username = current_user"
        : "select muster.unschedule($1)", [job.name])
  }
}
