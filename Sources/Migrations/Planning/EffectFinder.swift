import SQLText

/// What a statement did to the relations of a database: the difference between two looks at them.
struct EffectFinder {
  let before: RelationSnapshot
  let after: RelationSnapshot
  /// What the relations of the target are called there.
  let origin: [OID: RelationName]
  let statement: SQLStatement
  /// False where the locks are gone again, and have to be known.
  let seesLocks: Bool

  private let indexesBefore: [OID: [String: RelationState]]
  private let indexesAfter: [OID: [String: RelationState]]

  init(
    before: RelationSnapshot, after: RelationSnapshot, origin: [OID: RelationName], statement: SQLStatement,
    seesLocks: Bool
  ) {
    self.before = before
    self.after = after
    self.origin = origin
    self.statement = statement
    self.seesLocks = seesLocks
    indexesBefore = before.indexesByTable
    indexesAfter = after.indexesByTable
  }

  /// The strongest lock first.
  func callAsFunction() -> [RelationEffect] {
    (touchedTables.compactMap(effect(onTable:)) + lockedIndexes.map(effect(onIndex:)))
      .sorted { left, right in
        let (a, b) = (left.lock?.rawValue ?? -1, right.lock?.rawValue ?? -1)
        return (-a, left.name) < (-b, right.name)
      }
  }

  // MARK: What was touched

  private var changed: Set<OID> {
    Set(before.relations.keys).union(after.relations.keys).filter {
      before.relations[$0] != after.relations[$0]
    }
  }

  private var touchedTables: Set<OID> {
    Set(changed.union(newLocks.keys).map(table(of:))).filter { state($0).map { $0.kind != .toast } ?? false }
  }

  private var newLocks: [OID: LockMode] {
    guard seesLocks else { return [:] }
    var found: [OID: LockMode] = [:]
    for (oid, modes) in after.locks {
      // A weaker one beside a stronger one keeps nobody out who was not out already.
      guard let strongest = modes.max() else { continue }
      if let held = before.strongestLock(on: oid), held >= strongest { continue }
      found[oid] = strongest
    }
    return found
  }

  /// Indexes on which more is held than on their tables: whoever plans a query on the table opens them all.
  private var lockedIndexes: [OID] {
    newLocks.filter { oid, lock in
      guard let index = before.relations[oid], index.kind.isIndex, after.relations[oid] != nil else {
        return false
      }
      return lock > after.strongestLock(on: table(of: oid)) ?? .accessShare
    }.map(\.key)
  }

  private func table(of oid: OID) -> OID {
    after.relations[oid] == nil ? before.table(of: oid) : after.table(of: oid)
  }

  private func state(_ oid: OID) -> RelationState? { after.relations[oid] ?? before.relations[oid] }

  private func root(of oid: OID) -> RelationName? {
    (after.root(of: oid) ?? before.root(of: oid)).flatMap(state)?.name
  }

  // MARK: What was done

  private func effect(onTable oid: OID) -> RelationEffect? {
    guard let state = state(oid), !state.kind.isIndex else { return nil }
    let indexes = IndexChanges(before: indexesBefore[oid] ?? [:], after: indexesAfter[oid] ?? [:])
    let change = change(of: oid, indexes)
    let lock = seesLocks ? newLocks[oid] : knownLock(change, indexes)
    guard lock != nil || change != nil || !indexes.isEmpty else { return nil }
    return RelationEffect(
      name: state.name, kind: state.kind, nameOnTarget: origin[oid], table: nil, partitionOf: root(of: oid),
      lock: lock, heldLock: seesLocks ? after.strongestLock(on: oid) : lock, change: change,
      indexesBuilt: indexes.built, indexesRebuilt: indexes.rebuilt,
      indexesDropped: change == .dropped ? [] : indexes.dropped)
  }

  private func effect(onIndex oid: OID) -> RelationEffect {
    let state = state(oid)
    return RelationEffect(
      name: state?.name ?? RelationName("", ""), kind: state?.kind ?? .index, nameOnTarget: origin[oid],
      table: self.state(table(of: oid))?.name, partitionOf: root(of: oid), lock: newLocks[oid],
      heldLock: after.strongestLock(on: oid), change: nil, indexesBuilt: [], indexesRebuilt: [],
      indexesDropped: [])
  }

  private func change(of oid: OID, _ indexes: IndexChanges) -> RelationEffect.Change? {
    guard let old = before.relations[oid] else { return nil }
    guard let new = after.relations[oid] else { return .dropped }
    if old.parent != nil, new.parent == nil { return .detached }
    if old.file != new.file, old.kind != .sequence {
      return statement.words.first == "truncate" ? .emptied : .rewritten
    }
    if new.vacuums > old.vacuums { return .vacuumed }
    // Outside a transaction the counters may have been handed in already.
    let isScanned = seesLocks ? new.scans > old.scans : !(indexes.built + indexes.rebuilt).isEmpty
    return isScanned && !statement.readsByPlan ? .scanned : nil
  }

  /// What the server takes for statements that cannot be in a transaction.
  private func knownLock(_ change: RelationEffect.Change?, _ indexes: IndexChanges) -> LockMode? {
    switch change {
    case .dropped, .rewritten, .emptied, .detached: return .accessExclusive
    case .vacuumed: return .shareUpdateExclusive
    case .scanned, nil: break
    }
    if statement.words.contains("concurrently") { return indexes.isEmpty ? nil : .shareUpdateExclusive }
    return indexes.isEmpty ? nil : .share
  }
}

/// What became of a table's indexes.
struct IndexChanges {
  let built: [String]
  /// Of the same name, in another file.
  let rebuilt: [String]
  let dropped: [String]

  var isEmpty: Bool { built.isEmpty && rebuilt.isEmpty && dropped.isEmpty }

  init(before: [String: RelationState], after: [String: RelationState]) {
    let known = Set(before.values.map(\.file))
    built = after.filter { before[$0.key] == nil && $0.value.file != 0 && !known.contains($0.value.file) }
      .keys.sorted()
    rebuilt = after.filter { name, index in before[name].map { $0.file != index.file } ?? false }.keys
      .sorted()
    let kept = Set(after.values.map(\.file))
    dropped = before.filter { after[$0.key] == nil && !kept.contains($0.value.file) }.keys.sorted()
  }
}

extension SQLStatement {
  /// Whether its reading is planned by what rows there are, so that a copy without rows tells nothing of it.
  var readsByPlan: Bool {
    ["insert", "update", "delete", "merge", "select", "with", "values", "copy", "table"].contains(words.first)
  }

  /// Whether what it does depends on rows.
  var dependsOnData: Bool { readsByPlan || ["do", "call", "execute"].contains(words.first) }

  /// Why it is left out of a rehearsal, nil for what is the database's own affair. In a transaction the server itself
  /// refuses most of these.
  func reachBeyondDatabase(inTransaction: Bool) -> String? {
    let rest = words.dropFirst()
    switch words.first {
    case "create", "alter", "drop":
      switch rest.first {
      case "subscription": return "it connects to another server"
      case "system" where !inTransaction: return "it changes the whole server"
      case "database" where !inTransaction && words.first != "alter", "tablespace" where !inTransaction:
        return "it is about more than this database"
      default: return nil
      }
    case "copy" where kind == .sql && !rest.contains("stdin") && !rest.contains("stdout"):
      return "it reads or writes files of the server"
    default: return nil
    }
  }
}
