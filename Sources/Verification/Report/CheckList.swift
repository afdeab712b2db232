/// The list of a suite's promises, as `verify --list` prints it and as the README shows it.
public struct CheckList: Sendable {
  public var suite: Suite

  public init(_ suite: Suite) { self.suite = suite }

  /// Columns: seed, check, promise.
  public var text: String {
    let width = suite.checks.map(\.name.count).max() ?? 0
    return suite.checks
      .map { "\(Self.seed($0).padded(to: 3))  \($0.name.padded(to: width))  \($0.promise)\n" }
      .joined()
  }

  /// A table of seed, promise and check.
  public var markdown: String {
    "| seed | promise | check |\n|---|---|---|\n"
      + suite.checks
      .map { "| \(Self.seed($0)) | \(Self.cell($0.promise)) | `\($0.name)` |\n" }
      .joined()
  }

  private static func seed(_ check: Check) -> String { check.seed.map(SeedText.number) ?? "–" }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
