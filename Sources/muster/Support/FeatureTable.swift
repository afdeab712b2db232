import Verification

/// A verdict in a line for each feature: how many of its promises are kept, and the one that took the most work.
struct FeatureTable {
  let table: Table

  init(_ verdict: Verdict) {
    var table = Table(.left("feature"), .left("promises"), .left("for example"))
    for group in Self.groups(verdict.results) {
      let part = Verdict(results: group, duration: .zero)
      let kept = "\(part.passed) of \(group.count) kept"
      let name = group[0].check.feature.replacing("-", with: " ")
      let style: Style = part.failed > 0 ? .red : part.passed == 0 ? .yellow : .green
      table.add(.init(name, .bold), .init(kept, style), .init(Self.example(group), .dim))
    }
    self.table = table
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

  private static func example(_ group: [CheckResult]) -> String {
    let passed = group.filter { if case .passed = $0.outcome { true } else { false } }
    guard let most = passed.max(by: { $0.duration < $1.duration }), case .passed(let figure) = most.outcome
    else {
      return ""
    }
    return "\(most.check.promise): \(figure)"
  }
}
