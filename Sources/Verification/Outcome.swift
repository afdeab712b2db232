/// What a check saw.
public enum Outcome: Sendable {
  /// The promise is kept. The figure says in a few words what was tested, such as `8 roles × 41 functions`.
  case passed(_ figure: String)
  /// The promise is broken, in each of these ways; never empty.
  case failed([Finding])
  /// Nothing was tested, and why.
  case skipped(_ reason: String)

  /// Passed with the figure, or failed where there are findings.
  public init(findings: [Finding], figure: String) {
    self = findings.isEmpty ? .passed(figure) : .failed(findings)
  }
}

/// One way in which a promise is broken, and how to see it again.
public struct Finding: Error, Sendable, Hashable {
  /// One line: what was seen, and what should have been.
  public var message: String
  /// More about it, such as the server's own words; empty where the message says all.
  public var detail: String
  /// A psql script that shows it again on the same database; it rolls back what it does. Empty where none can.
  public var script: String

  public init(_ message: String, detail: String = "", script: String = "") {
    self.message = message
    self.detail = detail
    self.script = script
  }
}

/// Thrown by a check that finds nothing to test.
public struct Skip: Error, Sendable {
  public var reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// A check and what became of it.
public struct CheckResult: Sendable {
  public var check: Check
  public var outcome: Outcome
  public var duration: Duration

  public init(check: Check, outcome: Outcome, duration: Duration) {
    self.check = check
    self.outcome = outcome
    self.duration = duration
  }

  public var findings: [Finding] {
    if case .failed(let findings) = outcome { findings } else { [] }
  }
}

/// The results of a run, in the order of the suite, and what they amount to.
public struct Verdict: Sendable {
  public var results: [CheckResult]
  public var duration: Duration

  public init(results: [CheckResult], duration: Duration) {
    self.results = results
    self.duration = duration
  }

  public var passed: Int {
    results.count { if case .passed = $0.outcome { true } else { false } }
  }
  public var failed: Int {
    results.count { if case .failed = $0.outcome { true } else { false } }
  }
  public var skipped: Int {
    results.count { if case .skipped = $0.outcome { true } else { false } }
  }

  /// 0 good, 1 a check failed, 3 nothing was tested.
  public var exitCode: Int32 {
    if failed > 0 { 1 } else if passed == 0 { 3 } else { 0 }
  }
}
