import Catalog
import Migrations

/// Drift as text and as JSON, without what the caller wants left out.
struct DriftReport {
  let drift: Drift
  let differences: [Difference]
  /// What is not shown: a database may have it in a default or a function.
  private let given: GivenValues

  init(_ drift: Drift, leavingOut patterns: [IgnorePattern], hiding given: GivenValues) {
    self.drift = drift
    self.given = given
    differences = drift.differences.filter { difference in !patterns.contains { $0.matches(difference) } }
  }

  private var ignored: Int { drift.differences.count - differences.count }

  var remarks: [String] { drift.remarks }

  func print(quiet: Bool) {
    let output = Output.standard
    for difference in differences {
      output.line(output.styled(given.hidden(in: difference.line), style(difference.kind)))
      for statement in difference.undo {
        for line in "\(given.hidden(in: statement));".split(separator: "\n") { output.line("    \(line)") }
      }
      if difference.undo.isEmpty { output.line(output.styled("    -- no statement undoes this", .dim)) }
    }
    guard !quiet else { return }
    let left = ignored > 0 ? ", \(ignored) ignored" : ""
    let files = counted(drift.files, "applied migration")
    output.line(
      differences.isEmpty
        ? "\(drift.place) is what its \(files) make\(drift.files == 1 ? "s" : "")\(left)"
        : "\(drift.place) differs from what its \(files) make\(drift.files == 1 ? "s" : ""):"
          + " \(counted(differences.count, "difference"))\(left)")
  }

  private func style(_ kind: Difference.Kind) -> Style {
    switch kind {
    case .missing: .red
    case .extra: .yellow
    case .changed: .bold
    }
  }

  var json: String {
    encoded(
      DriftJSON(
        database: drift.database, migrations: drift.files, drifted: !differences.isEmpty, ignored: ignored,
        differences: differences.map {
          .init(
            change: $0.kind.rawValue, kind: $0.identity.kind.rawValue, name: $0.identity.name,
            facet: $0.facet.isEmpty ? nil : $0.facet, line: given.hidden(in: $0.line),
            undo: $0.undo.map(given.hidden))
        }, remarks: drift.remarks))
  }
}

private struct DriftJSON: Encodable {
  struct Item: Encodable {
    let change: String
    let kind: String
    let name: String
    let facet: String?
    let line: String
    let undo: [String]
  }

  let database: String
  let migrations: Int
  let drifted: Bool
  let ignored: Int
  let differences: [Item]
  let remarks: [String]
}

/// What `--ignore` is given: `*` stands for any text, everything else for itself.
struct IgnorePattern: Sendable {
  private let parts: [Substring]

  init(_ text: String) { parts = text.split(separator: "*", omittingEmptySubsequences: false) }

  /// Whether it is what the object is called, with its kind or without, the relation that the object is on, or the whole line.
  func matches(_ difference: Difference) -> Bool {
    let (identity, facet) = (difference.identity, difference.facet)
    var names = [identity.description, identity.name, identity.kind.rawValue, difference.line]
    if let place = identity.name.ranges(of: " on ").last {
      names.append(String(identity.name[place.upperBound...]))
    }
    if !facet.isEmpty { names += ["\(identity): \(facet)", "\(identity.name): \(facet)"] }
    return names.contains { matches($0) }
  }

  func matches(_ text: String) -> Bool {
    guard let first = parts.first, let last = parts.last, parts.count > 1 else {
      return text == parts.joined()
    }
    guard text.hasPrefix(first), text.dropFirst(first.count).hasSuffix(last) else { return false }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
