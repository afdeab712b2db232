/// Tells a person what is done, one line for each step: a mark, the step, what came of it, how long it took.
struct Steps: Sendable {
  let output: Output
  let progress: Progress
  let isQuiet: Bool

  /// What a step made, and what to say about it.
  struct Done<Value> {
    var value: Value
    var detail: String
    var isGood = true
  }

  init(output: Output = .standard, quiet: Bool = false) {
    self.output = output
    progress = Progress(quiet: quiet)
    isQuiet = quiet
  }

  /// Does the step and prints its line.
  func run<Value>(
    _ name: String, doing: String, _ body: () async throws -> Done<Value>
  ) async throws -> Value {
    let clock = ContinuousClock()
    let start = clock.now
    progress.show(doing)
    do {
      let done = try await body()
      tell(name, done.detail, isGood: done.isGood, took: clock.now - start)
      return done.value
    } catch {
      tell(name, "", isGood: false, took: clock.now - start)
      throw error
    }
  }

  func heading(_ text: String) {
    guard !isQuiet else { return }
    output.line("\n\(output.styled(text, .bold))\n")
  }

  func text(_ text: String) {
    guard !isQuiet else { return }
    progress.clear()
    output.line(text)
  }

  private func tell(_ name: String, _ detail: String, isGood: Bool, took: Duration) {
    progress.clear()
    guard !isQuiet else { return }
    let mark = isGood ? output.styled("✓", .green) : output.styled("✗", .red)
    let time = took.brief
    let name = name.padding(to: 12)
    let detail =
      detail.padding(to: max(detail.count, 64)) + String(repeating: " ", count: max(1, 8 - time.count))
    output.line("  \(mark) \(name) \(detail)\(output.styled(time, .dim))")
  }
}

extension Duration {
  /// `3 ms`, `1.2 s`, `2 min 5 s`.
  var brief: String {
    let seconds = self / .seconds(1)
    if seconds < 1 { return "\(Int((seconds * 1_000).rounded())) ms" }
    if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
    return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
  }
}

extension String {
  /// Filled up with spaces; left as it is where it is longer.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}

extension BinaryInteger {
  /// With commas between the thousands: `12,345`.
  var grouped: String {
    let digits = String(magnitude)
    let groups = digits.reversed().enumerated().map { $0 > 0 && $0 % 3 == 0 ? ",\($1)" : "\($1)" }
    return (self < 0 ? "-" : "") + String(groups.joined().reversed())
  }
}
