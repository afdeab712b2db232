import Migrations

/// A file of `objects/` and what became of it since it was last applied.
struct ObjectLine: Encodable {
  let file: String
  let state: String
}

extension ObjectComparison {
  var lines: [ObjectLine] {
    files.map { ObjectLine(file: $0.file.name, state: $0.state.rawValue) }
      + removed.map { ObjectLine(file: $0, state: "removed") }
  }

  /// One line for all, and one for each file that a run would apply.
  func tell() {
    guard !lines.isEmpty else { return }
    let different = lines.filter { $0.state != "unchanged" }
    Output.standard.line(
      "\(ObjectFolder.name)/: \(counted(lines.count, "file")), \(different.isEmpty ? "all" : "\(lines.count - different.count)") unchanged"
    )
    let told = ObjectFolder.told(different, file: \.file, isNew: { $0.state == "new" }) {
      "new \(counted($0.count, "file"))"
    } line: {
      "\($0.state) \($0.file)"
    }
    for line in told { Output.standard.line("  \(line)") }
  }
}

extension ObjectFolder {
  /// A line for each. What is new is only counted where there is much of it, a line for each folder inside: the folder says
  /// what it is.
  static func told<Item>(
    _ items: [Item], file: (Item) -> String, isNew: (Item) -> Bool, count: ([Item]) -> String,
    line: (Item) -> String
  ) -> [String] {
    let new = items.filter(isNew)
    guard new.count > 20 else { return items.map(line) }
    let folders = Dictionary(grouping: new) { item in
      ([name] + file(item).split(separator: "/").dropLast().prefix(1).map(String.init)).joined(separator: "/")
    }
    return folders.sorted { $0.key < $1.key }.map { "\(count($1)) (\($0))" }
      + items.filter { !isNew($0) }.map(line)
  }
}

extension ObjectChange {
  static func told(_ changes: [ObjectChange]) -> [String] {
    ObjectFolder.told(changes, file: \.file, isNew: { $0.verb == .created }) {
      "created \(counts($0))"
    } line: {
      $0.description
    }
  }

  /// `2 functions, 3 policies, 1 view`
  private static func counts(_ changes: [ObjectChange]) -> String {
    let types = Dictionary(grouping: changes, by: \.object.type).mapValues(\.count)
    let plurals = ["policy": "policies", "index": "indexes"]
    return types.sorted { $0.key < $1.key }
      .map { type, count in
        plurals[type].flatMap { count == 1 ? nil : "\(count) \($0)" } ?? counted(count, type)
      }.joined(separator: ", ")
  }
}
