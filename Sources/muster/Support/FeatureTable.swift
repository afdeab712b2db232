import Verification

/// A verdict in a line for each feature: how many of its promises are kept, and the one that took the most work.
struct FeatureTable {
  let table: Table

  init(_ verdict: Verdict, columns: Int) {
    var table = Table(.left("feature"), .left("promises"), .left("for example"))
    for group in Self.groups(verdict.results) {
      let part = Verdict(results: group, duration: .zero)
      let style: Style = part.failed > 0 ? .red : part.skipped > 0 ? .yellow : .green
      let name = group[0].check.feature.replacing("-", with: " ")
      var heads = [(Table.Cell(name, .bold), Table.Cell(Self.score(part), style))]
      for line in Self.example(group, width: min(90, columns - 40)) {
        let (name, score) = heads.popLast() ?? ("", "")
        table.add(name, score, line)
      }
    }
    self.table = table
  }

  private static func score(_ part: Verdict) -> String {
    let skipped = part.skipped > 0 ? ", \(part.skipped) skipped" : ""
    return "\(part.passed) of \(part.passed + part.failed) kept\(skipped)"
  }

  /// Beside each other what belongs to one feature, in the order in which features first come.
  private static func groups(_ results: [CheckResult]) -> [[CheckResult]] {
    var order: [String] = []
    var groups: [String: [CheckResult]] = [:]
    for result in results {
      if groups[result.check.feature] == nil { order.append(result.check.feature) }
      groups[result.check.feature, default: []].append(result)
    }
    return order.compactMap { groups[$0] }
  }

  /// The promise and, less loud, what was seen; never without a line.
  private static func example(_ group: [CheckResult], width: Int) -> [Table.Cell] {
    let passed = group.filter { if case .passed = $0.outcome { true } else { false } }
    guard let most = passed.max(by: { $0.duration < $1.duration }), case .passed(let figure) = most.outcome
    else { return [""] }
    return wrapped(most.check.promise, width).map { .init($0) }
      + wrapped(figure, width).map { .init($0, .dim) }
  }

  /// Lines of whole words.
  private static func wrapped(_ text: String, _ width: Int) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
  }
}
