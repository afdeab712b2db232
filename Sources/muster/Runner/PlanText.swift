import Migrations
import SQLText

/// `muster migrate --plan` for a person: what each statement did on the copy, and what that means on the database.
struct PlanText {
  let plan: MigrationPlan
  let rehearsal: RehearsalReport
  /// Where the copy was.
  let copy: String
  let largeFrom: Int

  func print(to output: Output = .standard) {
    output.line("\(plan.view.surroundings.headline): \(plan.headline); nothing was changed")
    output.line("Rehearsed on a copy without rows: \(copy)")
    if !rehearsal.countsScans {
      output.line("track_counts is off there: scans are not seen")
    }
    let statements = Dictionary(grouping: rehearsal.statements, by: \.path)
    for step in plan.steps {
      let ran = statements[step.script.source.name] ?? []
      if ran.isEmpty, rehearsal.failure != nil { continue }
      output.line()
      let total = counted(step.script.statements.count, "statement")
      let manner = step.script.manner
      let directives = step.script.directives.summary
      output.line(
        output.styled(step.fileName, .bold) + ": \(total), \(manner)"
          + (directives.isEmpty ? "" : " (\(directives))"))
      FileLines(statements: ran, largeFrom: largeFrom, output: output).print()
    }
    tellObjects(statements, output)
    conclude(output)
  }

  /// Behind the files, in the order in which they came to be.
  private func tellObjects(_ statements: [String: [RehearsedStatement]], _ output: Output) {
    guard !plan.view.objects.lines.isEmpty else { return }
    output.line()
    plan.view.objects.tell()
    let files = Set(plan.steps.map(\.script.source.name))
    var told = files
    for path in rehearsal.statements.map(\.path) where told.insert(path).inserted {
      let ran = statements[path] ?? []
      output.line()
      output.line(
        output.styled(path, .bold)
          + ": \(counted(ran.count, "statement")), one transaction for all of objects/")
      FileLines(statements: ran, largeFrom: largeFrom, output: output).print()
    }
  }

  private func conclude(_ output: Output) {
    let risks = rehearsal.statements.reduce(0) { $0 + $1.risks(largeFrom: largeFrom).count }
    output.line()
    output.line(
      risks == 0
        ? "No rewrite, blocking scan or exclusive lock on a relation of \(humanBytes(largeFrom)) or more"
        : "\(counted(risks, "warning")), about relations of \(humanBytes(largeFrom)) or more")
    if rehearsal.statements.contains(where: { $0.remarks.contains(.dataMissing) }) {
      output.line(
        "* The copy has no rows: what the marked statements do with rows, and how long, was not seen")
    }
  }
}

extension Script {
  /// What commits together.
  fileprivate var manner: String {
    if !directives.noTransaction { return "one transaction" }
    return groups.count < statements.count
      ? counted(groups.count, "transaction") : "each in a transaction of its own"
  }
}

/// The statements of one file.
private struct FileLines {
  let statements: [RehearsedStatement]
  let largeFrom: Int
  let output: Output

  func print() {
    var quiet: [RehearsedStatement] = []
    for statement in statements {
      if statement.isQuiet {
        quiet.append(statement)
        continue
      }
      flush(&quiet)
      tell(statement)
    }
    flush(&quiet)
  }

  /// Statements that touch nothing of the target are not told one by one.
  private func flush(_ quiet: inout [RehearsedStatement]) {
    if quiet.count < 3 {
      quiet.forEach(tell)
    } else if let first = quiet.first, let last = quiet.last {
      head(
        first.lines(to: last), "\(quiet.count) statements that touch no relation of this database",
        quiet.reduce(.zero) { $0 + $1.took }, marked: quiet.contains { $0.remarks.contains(.dataMissing) })
    }
    quiet = []
  }

  private func tell(_ statement: RehearsedStatement) {
    let sql = statement.sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    head(
      "\(statement.place.position.line)", sql, statement.took,
      marked: statement.remarks.contains(.dataMissing))
    if !statement.directives.isEmpty { output.line("     \(statement.directives.joined(separator: ", "))") }
    for remark in statement.remarks { remark.line.map { output.line("     \($0)") } }
    for group in EffectGroup.groups(of: statement) { output.line("     \(group.line(output))") }
    for risk in statement.risks(largeFrom: largeFrom) {
      output.line("     \(output.styled("warning:", .yellow, .bold)) \(risk.relation) \(risk.advice)")
    }
  }

  private func head(_ place: String, _ text: String, _ took: Duration, marked: Bool) {
    let time = "\(marked ? "*" : "") (\(took.brief))"
    let padding = String(repeating: " ", count: max(0, 3 - place.count))
    let room = max(20, output.columns - place.count - padding.count - time.count - 3)
    let shown = text.count > room ? text.prefix(room - 1) + "…" : text
    output.line("\(padding)\(place)  \(shown)\(output.styled(time, .dim))")
  }
}

extension RehearsedStatement {
  fileprivate func lines(to last: RehearsedStatement) -> String {
    let (from, to) = (place.position.line, last.place.position.line)
    return from == to ? "\(from)" : "\(from)–\(to)"
  }

  fileprivate var isQuiet: Bool {
    effects.allSatisfy(\.isNew) && directives.isEmpty && remarks.allSatisfy { $0.line == nil }
  }
}

extension RehearsedStatement.Remark {
  /// What has a line of its own.
  var line: String? {
    switch self {
    case .notRun(let reason): "not run: \(reason)"
    case .notUndone(let reason): "not taken back: \(reason)"
    case .dataMissing, .locksInferred: nil
    }
  }
}

/// Effects told in one line: of one relation, or alike of many partitions.
private struct EffectGroup {
  let effects: [RelationEffect]

  /// Without those on relations that the pending files make.
  static func groups(of statement: RehearsedStatement) -> [EffectGroup] {
    var groups: [EffectGroup] = []
    for effect in statement.effects where !effect.isNew {
      let place = groups.firstIndex { $0.effects[0].isLike(effect) }
      if let place {
        groups[place] = EffectGroup(effects: groups[place].effects + [effect])
      } else {
        groups.append(EffectGroup(effects: [effect]))
      }
    }
    return groups
  }

  func line(_ output: Output) -> String {
    let effect = effects[0]
    var parts: [String] = []
    if let lock = effect.lock {
      parts.append(
        "\(output.styled(lock.name, lock.blocksWrites ? .bold : .dim)) on \(subject): \(lock.meaning)")
    } else {
      parts.append("\(subject): \(effect.heldLock.map { "still \($0.name)" } ?? "no lock")")
    }
    if let change = effect.change { parts.append(change.phrase) }
    parts += [
      list("index built", effects.flatMap(\.indexesBuilt)),
      list("index rebuilt", effects.flatMap(\.indexesRebuilt)),
      list("index dropped", effects.flatMap(\.indexesDropped)),
    ].compactMap(\.self)
    return parts.joined(separator: "; ")
  }

  private var subject: String {
    let effect = effects[0]
    let size = RelationSize.sum(effects.map(\.size))
    let facts = [
      effect.kind == .table ? nil : effect.kind.noun + (effect.table.map { " of \($0)" } ?? ""),
      size.map { humanBytes($0.bytes) }, effect.kind.isIndex ? nil : size?.rows.map(rows),
    ].compactMap(\.self)
    let detail = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
    guard effects.count > 1, let root = effect.partitionOf else { return "\(effect.name)\(detail)" }
    return "\(effects.count) partitions of \(root)\(detail)"
  }

  private func list(_ what: String, _ names: [String]) -> String? {
    switch names.count {
    case 0: nil
    case 1: "\(what): \(names[0])"
    case 2...5: "\(what): \(names.joined(separator: ", "))"
    default: "\(what): \(names.count) of them"
    }
  }
}

extension RelationEffect {
  /// Whether two partitions fare alike.
  fileprivate func isLike(_ other: RelationEffect) -> Bool {
    partitionOf != nil && partitionOf == other.partitionOf && kind == other.kind && lock == other.lock
      && change == other.change
  }
}

extension RelationEffect.Change {
  fileprivate var phrase: String {
    switch self {
    case .dropped: "dropped"
    case .rewritten: "every row rewritten"
    case .emptied: "emptied"
    case .scanned: "every row read"
    case .vacuumed: "vacuumed"
    case .detached: "no partition any more"
    }
  }
}

extension RelationSize {
  fileprivate static func sum(_ sizes: [RelationSize?]) -> RelationSize? {
    let known = sizes.compactMap(\.self)
    guard let first = known.first else { return nil }
    return known.dropFirst().reduce(first) { sum, size in
      RelationSize(bytes: sum.bytes + size.bytes, rows: sum.rows.flatMap { a in size.rows.map { a + $0 } })
    }
  }
}

/// `8 kB`, `1.2 GB`, in powers of 1024 as PostgreSQL shows sizes.
func humanBytes(_ number: Int) -> String {
  var value = Double(number)
  for unit in ["bytes", "kB", "MB", "GB"] {
    if value < 1024 { return "\(short(value)) \(unit)" }
    value /= 1024
  }
  return "\(short(value)) TB"
}

private func short(_ value: Double) -> String {
  let tenths = (value * 10).rounded() / 10
  return tenths >= 10 || tenths == tenths.rounded() ? "\(Int(value.rounded()))" : "\(tenths)"
}

/// `about 1,200,000 rows`.
private func rows(_ number: Double) -> String {
  var digits = Array("\(Int(max(0, number)))")
  var place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: place)
    place -= 3
  }
  return "about \(String(digits)) rows"
}
