/// Test Anything Protocol, version 14: a line for each check, a YAML block under each that failed.
struct TAPReport {
  var verdict: Verdict

  var rendered: String {
    var lines = ["TAP version 14"]
    if verdict.results.isEmpty {
      lines.append("1..0 # SKIP nothing was tested")
    } else {
      lines.append("1..\(verdict.results.count)")
    }
    for (index, result) in verdict.results.enumerated() {
      lines += self.lines(for: result, number: index + 1)
    }
    if verdict.exitCode == 3 { lines.append("Bail out! nothing was tested") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(for result: CheckResult, number: Int) -> [String] {
    let title = "\(number) - \(Self.escaped(result.check.name))"
    switch result.outcome {
    case .passed: return ["ok \(title)"]
    case .skipped(let reason): return ["ok \(title) # SKIP \(Self.oneLine(reason))"]
    case .failed(let findings): return ["not ok \(title)"] + diagnostics(of: result, findings: findings)
    }
  }

  private func diagnostics(of result: CheckResult, findings: [Finding]) -> [String] {
    var lines = ["  ---", "  promise: \(JSONText.string(result.check.promise))"]
    if let seed = result.check.seed { lines.append("  seed: \(JSONText.string(SeedText.number(seed)))") }
    lines.append("  duration_ms: \(result.duration.milliseconds)")
    lines.append("  findings:")
    for finding in findings {
      lines.append("    - message: \(JSONText.string(finding.message))")
      if !finding.detail.isEmpty { lines.append("      detail: \(JSONText.string(finding.detail))") }
      if !finding.script.isEmpty {
        lines.append("      script: |")
        lines.append(finding.script.indented(by: 8))
      }
    }
    return lines + ["  ..."]
  }

  /// `#` begins a directive, so that in a name it is escaped.
  private static func escaped(_ name: String) -> String {
    name.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "\\#")
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

enum SeedText {
  /// `001`, as the papers' names begin.
  static func number(_ seed: Int) -> String {
    let text = String(seed)
    return String(repeating: "0", count: max(0, 3 - text.count)) + text
  }
}
