import PostgresClient

extension RelationProbe {
  /// Where a row lies, and of which kind it is. An update moves a row, a delete takes it away.
  private typealias Addresses = [String: Int]

  private func addresses() throws -> Addresses { try addresses(relation.scope) }

  private func addresses(_ scope: SQL) throws -> Addresses {
    let rows = try stage.look(
      "select tableoid::text || ctid::text, \(kind) from \(relation.quoted) \(scope)")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", Int($0[1] ?? "") ?? -1) })
  }

  /// The kinds of the rows that were written since: new ones, and those that an update moved.
  private func arrivals(since before: Addresses) throws -> [Int] {
    let guest = relation.isLarge ? stage.guest : nil
    let scope: SQL = guest.map { "where age(xmin) <= \($0.sceneBegins)" } ?? relation.scope
    return try addresses(scope).filter { before[$0.key] == nil }.map(\.value)
  }

  /// A condition that spares the many rows of a large table, for whoever may write them anyway. Whoever may not
  /// writes blindly even there, since no condition may come between him and a weak policy. A guest, beside whom others work,
  /// spares the rows of every table for whoever may write all of them.
  private func narrowing(_ verb: Verb) throws -> SQL {
    let isSparing = stage.guest != nil && cells.allSatisfy { $0.allows(verb) }
    guard isSparing || relation.isLarge && allowsSomewhere(verb) else { return "" }
    let reads = try stage.look(
      "select has_table_privilege(\(persona.role), \(relation.name)::regclass, 'select')")
    return reads.first?[0] == "t" ? relation.fewRows : ""
  }

  // MARK: Update

  func probeUpdate() throws {
    guard relation.kind.storesRows, let first = relation.columns.first(where: { !$0.isGenerated })
    else { return }
    let updatable = try columns(with: .update)
    guard !updatable.isEmpty else {
      return try expectRefusal(.update, "update \(relation.quoted) set \(name: first.name) = default")
    }
    for name in updatable where try touchAll(column: name) { return }
    // Every column broke a constraint first: one row of each kind that is denied, then, by its address.
    for (index, _) in population where !allows(.update, kind: index) {
      try probeSingle(.update, "update \(relation.quoted) set \(name: updatable[0]) = default", kind: index)
    }
  }

  /// Sets one column of all rows to a value that it has somewhere; false where a constraint stood in the way.
  private func touchAll(column name: String) throws -> Bool {
    guard let column = relation.columns.first(where: { $0.name == name }), !column.isGenerated
    else { return false }
    let sample = try stage.look(
      "select \(name: name)::text from \(relation.quoted) \(relation.scope) limit 1"
    ).first?[0]
    let value: SQL = column.isIdentityAlways ? "default" : "\(sample)::\(raw: column.type)"
    let before = try addresses()
    let update: SQL = "update \(relation.quoted) set \(name: name) = \(value) \(try narrowing(.update))"
    return try stage.trial(as: persona, update) { result in
      switch result {
      case .failure(let error):
        return isRefusal(error)
      case .success:
        let after = try addresses()
        judgeTouched(.update, before.filter { after[$0.key] == nil }.values)
        return true
      }
    }
  }

  private func judgeTouched(_ verb: Verb, _ kinds: some Sequence<Int>) {
    var touched: [Int: Int] = [:]
    for kind in kinds { touched[kind, default: 0] += 1 }
    for (index, count) in population {
      let reached = touched[index] ?? 0
      if allows(verb, kind: index) {
        if reached == 0 { note(verb.rawValue, "reached none of \(count) rows", kind: index) }
      } else if reached > 0 {
        note(verb.rawValue, "reached \(reached) of \(count) rows without WHERE", kind: index)
      }
    }
  }

  // MARK: Handing a row over

  /// Gives his own rows to nobody and to somebody else, by every column that he may write.
  func probeHandover() throws {
    guard relation.kind.storesRows, allowsSomewhere(.update) else { return }
    let writable = Set(try columns(with: .update))
    let owners = relation.columns.filter { writable.contains($0.name) && ["uuid", "text"].contains($0.type) }
    let stranger = "00000000-0000-4000-8000-00000000feed"
    for column in owners {
      for (value, who) in [(nil, "nobody"), (stranger, "a stranger")] as [(String?, String)] {
        let before = try addresses()
        let update: SQL =
          "update \(relation.quoted) set \(name: column.name) = \(value)::\(raw: column.type) \(try narrowing(.update))"
        try stage.trial(as: persona, update) { result in
          guard case .success = result else { return }
          for kind in try arrivals(since: before) where !allows(.update, kind: kind) {
            note("update(\(column.name))", "handed a row over to \(who)", kind: kind)
          }
        }
      }
    }
  }

  // MARK: Delete

  func probeDelete() throws {
    guard relation.kind.storesRows else { return }
    let before = try addresses()
    let ambiguous = try stage.trial(as: persona, "delete from \(relation.quoted) \(try narrowing(.delete))") {
      result in
      switch result {
      case .failure(let error):
        if error.code == .insufficientPrivilege, allowsSomewhere(.delete) {
          note("delete", "was refused", detail: error.message)
        }
        return !isRefusal(error)
      case .success:
        let after = try addresses()
        judgeTouched(.delete, before.filter { after[$0.key] == nil }.values)
        return false
      }
    }
    guard ambiguous else { return }
    for (index, _) in population where !allows(.delete, kind: index) {
      try probeSingle(.delete, "delete from \(relation.quoted)", kind: index)
    }
  }

  /// A denied write on one row of the kind, found by the owner: for when a constraint hid what a blind one reaches.
  private func probeSingle(_ verb: Verb, _ statement: SQL, kind index: Int) throws {
    let address = try stage.look(
      "select tableoid::text, ctid::text from \(relation.quoted) where \(kind) = \(index) limit 1")
    guard let row = address.first else { return }
    let single: SQL = "\(statement) where tableoid = \(row[0])::oid and ctid = \(row[1])::tid"
    try stage.trial(as: persona, single) { result in
      switch result {
      case .success(let rows):
        if rows.affected > 0 { note(verb.rawValue, "reached a row", kind: index) }
      case .failure(let error):
        if !isRefusal(error) {
          note(verb.rawValue, "reached a row that a constraint saved", kind: index, detail: error.message)
        }
      }
    }
  }

  // MARK: Insert

  func probeInsert(examples: [String: SQL]) throws {
    guard relation.kind.storesRows else { return }
    guard !examples.isEmpty else {
      guard !allowsSomewhere(.insert) else { return }
      return try expectRefusal(.insert, "insert into \(relation.quoted) default values")
    }
    for (index, kind) in expectation.kinds.enumerated() {
      guard let example = examples[kind.name] else { continue }
      try probeInsert("insert into \(relation.quoted) \(example)", kind: index)
    }
  }

  private func probeInsert(_ insert: SQL, kind index: Int) throws {
    let before = try addresses()
    try stage.trial(as: persona, insert) { result in
      switch result {
      case .failure(let error):
        if allows(.insert, kind: index) {
          // An example may need an identity, which machines have not: then it gets as far as the constraints.
          guard error.code == .insufficientPrivilege || persona.id != nil else { return }
          note("insert", "was refused", kind: index, detail: error.description)
        } else if error.code != .insufficientPrivilege {
          note("insert", "was let in; a constraint stopped it", kind: index, detail: error.message)
        }
      case .success:
        let landed = Set(try arrivals(since: before))
        if landed.isEmpty { note("insert", "put no row where the owner sees one", kind: index) }
        for kind in landed where !allows(.insert, kind: kind) {
          note("insert", "put a row there", kind: kind)
        }
      }
    }
  }

  /// A write that must be refused for want of privilege, before the server even looks at a row.
  private func expectRefusal(_ verb: Verb, _ sql: SQL) throws {
    try stage.trial(as: persona, sql) { result in
      switch result {
      case .success: note(verb.rawValue, "was done")
      case .failure(let error):
        guard error.code != .insufficientPrivilege else { return }
        note(verb.rawValue, "was not refused", detail: error.message)
      }
    }
  }
}
