/// The changes of a `sqitch.plan`, in order.
struct SqitchPlan {
  struct Change {
    let name: String
    /// The tags behind it that stand before the change of the same name that reworks it; empty for the last of a name.
    var reworkTags: [String] = []

    /// The name, with the tag where there is another change of that name behind.
    var title: String { reworkTags.first.map { "\(name)@\($0)" } ?? name }
  }

  private(set) var changes: [Change] = []
  /// The name that `%project` gives; the registry keeps several projects apart by it.
  private(set) var project = ""

  /// Throws `FileError` with the number of a line that is none of a plan.
  init(_ text: String, path: String) throws(FileError) {
    /// The tags behind each change.
    var tags: [[String]] = []
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      if first.hasPrefix("%") {
        if first.hasPrefix("%project=") { project = String(first.dropFirst("%project=".count)) }
      } else if first.hasPrefix("@") {
        guard !tags.isEmpty else { throw FileError(.planLine(number + 1), path: path) }
        tags[tags.count - 1].append(String(first.dropFirst()))
      } else if first.hasPrefix("-") {
        throw FileError(.planLine(number + 1), path: path)
      } else {
        changes.append(Change(name: String(first.hasPrefix("+") ? first.dropFirst() : first)))
        tags.append([])
      }
    }
    for index in changes.indices {
      let later = changes[(index + 1)...].firstIndex { [name = changes[index].name] in $0.name == name }
      if let later { changes[index].reworkTags = tags[index..<later].flatMap { $0 } }
    }
  }
}
