import PostgresClient
import SQLText

/// Brings the code objects of a database to what `objects/` says, inside a transaction that is open and holds the lock.
///
/// Each definition is tried behind a savepoint. What cannot be made yet, because it uses what another file has still to make, is
/// tried again when the others are through; when nothing goes through any more, what is left has failed. All of this is a
/// value: an attempt works on a copy, and the copy takes its place when the attempt succeeds.
struct ObjectRun: Sendable {
  let set: ObjectSet
  let records: [ObjectRecord]
  let settings: RunSettings
  /// Files that are new or changed.
  let changed: Set<String>
  /// Files that are gone.
  let removed: [String]
  /// What was made before, and what is to be made, by the word for the definition.
  let known: [String: MadeObject]
  let definitions: [String: ObjectDefinition]

  /// Definitions that are still to be made, by the word for them.
  var pending: [ObjectDefinition] = []
  var made: [String: MadeObject] = [:]
  /// All that was made from `objects/`, now or before, and the word for its definition.
  var ours: [ObjectIdentity: String] = [:]
  /// What dropped objects had beside their definitions.
  var kept: [ObjectIdentity: ObjectAttributes] = [:]
  var changes: [ObjectChange] = []
  /// Names that something has: what has another is not looked for.
  var taken: Set<String> = []
  /// What holds since the last statement that set it; an attempt that fails takes its own back.
  private var limits: Timeouts?

  var sender: ObjectSender { ObjectSender(settings: settings) }

  init(_ set: ObjectSet, _ comparison: ObjectComparison, _ records: [ObjectRecord], _ settings: RunSettings) {
    self.set = set
    self.records = records
    self.settings = settings
    changed = Set(comparison.changed.map(\.name))
    removed = comparison.removed
    let objects = records.flatMap(\.objects)
    known = Dictionary(objects.map { ($0.reference, $0) }) { first, _ in first }
    definitions = Dictionary(set.definitions.map { ("\($0.reference)", $0) }) { first, _ in first }
    for object in objects { ours[object.identity] = object.reference }
  }

  /// Throws `StatementFailure` or `ObjectFailure`, or `PostgresError` when the session broke.
  mutating func callAsFunction(_ connection: isolated PostgresConnection) throws {
    try requireExtensions(connection)
    try collect(connection)
    try makeAll(connection)
    try attach(connection)
    try record(connection)
  }

  // MARK: What is to be made

  /// What changed, and what a migration of this run took away. Of a changed file, the definitions with the same text stay as
  /// they are.
  private mutating func collect(_ connection: isolated PostgresConnection) throws {
    let present = try ObjectCatalog.existing(records.flatMap(\.objects), connection)
    // A setting that a file no longer has goes when what it is about is made again.
    let unset = Set(
      set.scripts.filter { withdrawn($0).contains(where: WithdrawnAttachment.isSetting) }.map(\.file.name))
    pending = ObjectOrder.sorted(
      set.definitions.filter { definition in
        let kind = definition.reference.kind
        guard let before = known["\(definition.reference)"] else { return true }
        guard kind == .job || present[before.identity] != nil else { return true }
        let isCostly = kind == .materializedView || kind == .index
        return before.checksum != definition.checksum
          || definition.hasVariables && changed.contains(definition.file.name)
          || !isCostly && unset.contains(definition.file.name)
      })
    taken = try ObjectCatalog.taken(among: set.definitions.map(\.reference.name.name), connection)
  }

  private func requireExtensions(_ connection: isolated PostgresConnection) throws {
    for script in set.scripts where changed.contains(script.file.name) {
      for required in script.script.directives.requiredExtensions {
        try ExtensionRequirement(required, script: script.script, settings: settings).satisfy(connection)
      }
    }
  }

  // MARK: Making

  private mutating func makeAll(_ connection: isolated PostgresConnection) throws {
    try makeTogether(connection)
    while true {
      var failures: [(ObjectDefinition, any Error)] = []
      var progress = false
      for definition in pending {
        do {
          try attempt(definition, connection)
          progress = true
        } catch  where Self.mayPass(error) {
          failures.append((definition, error))
        }
      }
      if progress, !pending.isEmpty { continue }
      if try dropRemoved(connection) { continue }
      if let failure = ObjectObstacle.root(of: failures) { throw failure }
      return
    }
  }

  private mutating func attempt(
    _ definition: ObjectDefinition, _ connection: isolated PostgresConnection
  ) throws {
    // Another attempt of this round may have made it along the way.
    guard pending.contains(where: { $0.reference == definition.reference }) else { return }
    var copy = self
    if let rehearsal = settings.rehearsal {
      try rehearsal.attempting { try connection.savepoint { try copy.make(definition, $0) } }
    } else {
      try connection.savepoint { try copy.make(definition, $0) }
    }
    self = copy
  }

  /// Whether the same can succeed once others have been made.
  static func mayPass(_ error: any Error) -> Bool {
    switch error {
    case is ObjectFailure: true
    case let failure as StatementFailure:
      failure.error.kind == .server && ObjectObstacle.mayPass(failure.error.code?.rawValue ?? "")
    default: false
    }
  }

  mutating func make(
    _ definition: ObjectDefinition, _ connection: isolated PostgresConnection
  ) throws {
    try limit(settings.timeouts(for: definition.script), connection)
    let isTaken = !taken.insert(definition.reference.name.name).inserted
    let before = isTaken ? try ObjectCatalog.find(definition.reference, connection) : nil
    let attributes = try before.map { try ObjectCatalog.attributes(of: $0, connection) }
    if let name = before?.extension {
      throw ObjectFailure(.memberOfExtension(name), definition, object: before?.identity)
    }
    let verb = try run(definition, over: before, attributes, connection)
    pending.removeAll { $0.reference == definition.reference }
    guard let lookup = ObjectCatalog.lookup(definition.reference) else { return noteJob(definition, verb) }
    let after = try result(of: definition, connection.query(lookup.sql, lookup.parameters))
    kept[after.identity] = kept[after.identity] ?? attributes
    if let before, before.identity != after.identity { kept[before.identity] = nil }
    if let wanted = kept.removeValue(forKey: after.identity) {
      let current = try restore(wanted, definition, after, connection)
      if verb == .replaced, attributes?.shape != current.shape { try remakeViews(over: after, connection) }
    }
    note(after.identity, definition, verb)
  }

  /// What the definition made.
  func result(of definition: ObjectDefinition, _ rows: Rows) throws -> FoundObject {
    guard let object = try ObjectCatalog.found(rows) else {
      let error = PostgresError(.protocol, "\(definition.reference) is not there after it was made")
      throw sender.failure(error, definition.statement, definition.script)
    }
    if let other = made.first(where: {
      $0.key != "\(definition.reference)" && $0.value.identity == object.identity
    }) {
      let place = definitions[other.key]?.place.description ?? other.key
      throw ObjectFailure(.madeTwice(other: place), definition, object: object.identity)
    }
    return object
  }

  mutating func limit(_ wanted: Timeouts, _ connection: isolated PostgresConnection) throws {
    if limits != wanted { try sender.open(wanted, connection) }
    limits = wanted
  }

  mutating func noteJob(_ definition: ObjectDefinition, _ verb: ObjectChange.Verb) {
    note(ObjectIdentity(type: "job", name: definition.reference.name.description), definition, verb)
  }

  mutating func note(
    _ identity: ObjectIdentity, _ definition: ObjectDefinition, _ verb: ObjectChange.Verb
  ) {
    made["\(definition.reference)"] = MadeObject(identity, by: definition)
    ours[identity] = "\(definition.reference)"
    changes.removeAll { $0.object == identity }
    changes.append(ObjectChange(verb: verb, object: identity, file: definition.file.name))
  }

  /// Sends the definition, and drops before it what it cannot replace in place.
  private mutating func run(
    _ definition: ObjectDefinition, over before: FoundObject?, _ attributes: ObjectAttributes?,
    _ connection: isolated PostgresConnection
  ) throws -> ObjectChange.Verb {
    let earlier = known["\(definition.reference)"]
    guard let before else {
      try sender.send(definition, connection)
      if definition.reference.kind == .job { return earlier == nil ? .created : .replaced }
      // What is not there any more was dropped on behalf of something else.
      return earlier.map { kept[$0.identity] != nil } ?? false ? .recreated : .created
    }
    if definition.isReplacedInPlace {
      do {
        try connection.savepoint { try sender.send(definition, $0) }
        return .replaced
      } catch let failure as StatementFailure
        where ObjectObstacle.asksForDrop(failure.error.code?.rawValue ?? "")
      {
        try drop(before, for: definition, because: failure.error.message, connection)
      }
    } else if definition.reference.kind.isPartOfRelation {
      // Nothing depends on a trigger or a policy: whoever made it, this replaces it.
      if let attributes { kept[before.identity] = attributes }
      try sender.execute("drop \(before.identity)", .definition(definition), connection)
    } else {
      try drop(before, for: definition, because: "there is no CREATE OR REPLACE for it", connection)
    }
    try sender.send(definition, connection)
    return .recreated
  }

  /// Views that say `select *` see other columns now, as they would if all were made from nothing.
  private mutating func remakeViews(over object: FoundObject, _ connection: isolated PostgresConnection)
    throws
  {
    for (dependent, _) in try ObjectCatalog.dependents(of: object, connection).reversed()
    where dependent.identity.type == "view" {
      guard let reference = ours[dependent.identity], definitions[reference]?.followsColumns ?? false else {
        continue
      }
      again(reference)
    }
  }

  /// Gives back what the object had, and returns what it has then.
  private func restore(
    _ all: ObjectAttributes, _ definition: ObjectDefinition, _ object: FoundObject,
    _ connection: isolated PostgresConnection
  ) throws -> ObjectAttributes {
    var current = try ObjectCatalog.attributes(of: object, connection)
    let own = (known["\(definition.reference)"]?.options ?? []) + definition.form.options
    let wanted = all.without(options: own)
    if let statement = wanted.ownership(of: object.identity, having: current) {
      try sender.execute(statement, .definition(definition), connection)
      current = try ObjectCatalog.attributes(of: object, connection)
    }
    for statement in wanted.statements(for: object.identity, having: current) {
      try sender.execute(statement, .definition(definition), connection)
    }
    return current
  }
}
