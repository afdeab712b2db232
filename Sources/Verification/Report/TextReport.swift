/// A table for a person: the promises of each feature in words, what was seen beside them, and whatever failed
/// with the way to see it again.
struct TextReport {
  var verdict: Verdict
  var paint: Paint

  /// Promises are as wide as this at most before the figure moves to the right.
  private let widest = 84

  var rendered: String {
    var lines: [String] = []
    for group in groups {
      lines.append(heading(of: group))
      let width = min(widest, group.map(\.check.promise.count).max() ?? 0)
      for result in group { lines += self.lines(for: result, width: width) }
      lines.append("")
    }
    lines.append(summary)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Results of one feature beside each other, in the order in which the features first come.
  private var groups: [[CheckResult]] {
    var order: [String] = []
    var groups: [String: [CheckResult]] = [:]
    for result in verdict.results {
      if groups[result.check.feature] == nil { order.append(result.check.feature) }
      groups[result.check.feature, default: []].append(result)
    }
    return order.compactMap { groups[$0] }
  }

  private func heading(of group: [CheckResult]) -> String {
    let name = group[0].check.feature.split(separator: "-").joined(separator: " ")
    let passed = Verdict(results: group, duration: .zero).passed
    return paint.bold(name) + paint.dim("  \(passed) of \(group.count)")
  }

  private func lines(for result: CheckResult, width: Int) -> [String] {
    let promise = result.check.promise.padded(to: width)
    switch result.outcome {
    case .passed(let figure):
      return ["  \(paint.green("✓")) \(promise)  \(paint.dim(figure))"]
    case .skipped(let reason):
      return ["  \(paint.yellow("–")) \(promise)  \(paint.yellow("skipped:")) \(reason)"]
    case .failed(let findings):
      return ["  \(paint.red("✗")) \(paint.bold(result.check.promise))  \(paint.dim(result.check.name))"]
        + findings.flatMap(lines(for:)) + script(of: findings)
    }
  }

  private func lines(for finding: Finding) -> [String] {
    let detail = finding.detail.isEmpty ? [] : [finding.detail.indented(by: 8)]
    return [paint.red(finding.message).indented(by: 6)] + detail
  }

  /// One script is enough to begin with, and the scene that findings of a check share can be long.
  private func script(of findings: [Finding]) -> [String] {
    guard let shown = findings.first(where: { !$0.script.isEmpty }) else { return [] }
    let which = findings.count > 1 ? "to see “\(shown.message)” again" : "to see it again"
    let others = findings.count > 1 ? "; --format json has a script for each" : ""
    return [
      paint.dim("\(which), in psql\(others):").indented(by: 8), shown.script.indented(by: 10),
    ]
  }

  private var summary: String {
    var parts = [paint.green("\(verdict.passed) passed")]
    if verdict.failed > 0 { parts.append(paint.red("\(verdict.failed) failed")) }
    if verdict.skipped > 0 { parts.append(paint.yellow("\(verdict.skipped) skipped")) }
    if verdict.exitCode == 3 { parts.append(paint.red("nothing was tested")) }
    return parts.joined(separator: ", ") + " in \(verdict.duration.short)"
  }
}
