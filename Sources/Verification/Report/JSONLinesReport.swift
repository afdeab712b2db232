/// An object a line: each check, then the whole.
struct JSONLinesReport {
  var verdict: Verdict

  var rendered: String {
    (verdict.results.map(line(for:)) + [summary]).map { $0 + "\n" }.joined()
  }

  private func line(for result: CheckResult) -> String {
    var fields: [(String, String)] = [
      ("check", JSONText.string(result.check.name)),
      ("seed", result.check.seed.map { JSONText.string(SeedText.number($0)) } ?? "null"),
      ("promise", JSONText.string(result.check.promise)),
    ]
    switch result.outcome {
    case .passed(let figure):
      fields += [("outcome", "\"passed\""), ("figure", JSONText.string(figure))]
    case .skipped(let reason):
      fields += [("outcome", "\"skipped\""), ("reason", JSONText.string(reason))]
    case .failed(let findings):
      fields += [("outcome", "\"failed\""), ("findings", JSONText.array(findings.map(object(for:))))]
    }
    return JSONText.object(fields + [("duration_ms", "\(result.duration.milliseconds)")])
  }

  private func object(for finding: Finding) -> String {
    JSONText.object([
      ("message", JSONText.string(finding.message)), ("detail", JSONText.string(finding.detail)),
      ("script", JSONText.string(finding.script)),
    ])
  }

  private var summary: String {
    JSONText.object([
      ("passed", "\(verdict.passed)"), ("failed", "\(verdict.failed)"), ("skipped", "\(verdict.skipped)"),
      ("exit_code", "\(verdict.exitCode)"), ("duration_ms", "\(verdict.duration.milliseconds)"),
    ])
  }
}

/// JSON written by hand, with its keys in the order in which they were given.
package enum JSONText {
  package static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(string($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
  }

  package static func array(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ", ") + "]"
  }

  /// Quoted and escaped; also a valid YAML double-quoted scalar.
  package static func string(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        quoted += "\\u" + UUIDText.hex(UInt64(scalar.value), digits: 4)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
