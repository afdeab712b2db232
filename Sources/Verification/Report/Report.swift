/// The forms in which a verdict can be told.
public enum ReportFormat: String, Sendable, CaseIterable {
  /// For a person at a terminal.
  case text
  /// Test Anything Protocol, version 14, with YAML diagnostics.
  case tap
  /// JSON lines: an object for each check, then one for the whole.
  case json
}

extension Verdict {
  /// The whole verdict as text that ends with a newline; `colour` is for `.text`, the other formats have none.
  public func rendered(as format: ReportFormat, colour: Bool = false) -> String {
    switch format {
    case .text: TextReport(verdict: self, paint: Paint(on: colour)).rendered
    case .tap: TAPReport(verdict: self).rendered
    case .json: JSONLinesReport(verdict: self).rendered
    }
  }
}

extension Duration {
  /// `3 ms`, `1.2 s`.
  var short: String {
    let milliseconds = Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
    if milliseconds < 1 { return "<1 ms" }
    if milliseconds < 1_000 { return "\(Int(milliseconds.rounded())) ms" }
    return "\((milliseconds / 100).rounded() / 10) s"
  }

  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}

/// ANSI colours, or none.
struct Paint: Sendable {
  var on: Bool

  func green(_ text: String) -> String { code(32, text) }
  func red(_ text: String) -> String { code(31, text) }
  func yellow(_ text: String) -> String { code(33, text) }
  func bold(_ text: String) -> String { code(1, text) }
  func dim(_ text: String) -> String { code(2, text) }

  private func code(_ code: Int, _ text: String) -> String {
    on ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}

extension String {
  /// Filled up with spaces to the width; left as it is where it is longer.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  /// Each line moved to the right; empty lines stay empty.
  func indented(by columns: Int) -> String {
    let margin = String(repeating: " ", count: columns)
    return split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : margin + $0 }
      .joined(separator: "\n")
  }
}
