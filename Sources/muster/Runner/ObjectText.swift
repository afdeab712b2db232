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
    for line in different { Output.standard.line("  \(line.state) \(line.file)") }
  }
}
