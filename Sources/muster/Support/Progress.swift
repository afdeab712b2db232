import Synchronization

/// One line that says what is going on, on stderr, where a person looks; nothing otherwise.
///
/// It is rewritten at most ten times a second and goes away when there is a result to print.
final class Progress: Sendable {
  private let output: Output
  private let isShown: Bool
  private let state = Mutex(State())

  private struct State {
    var isDrawn = false
    var lastDrawn: ContinuousClock.Instant?
  }

  init(output: Output = .error, quiet: Bool = false) {
    self.output = output
    isShown = output.isTerminal && !quiet
  }

  func show(_ text: String) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
      let line = text.prefix(max(10, output.columns - 3))
      output.write("\r\u{1B}[K\(output.styled("… \(line)", .dim))")
      state.isDrawn = true
      state.lastDrawn = now
    }
  }

  func clear() {
    state.withLock { state in
      if state.isDrawn { output.write("\r\u{1B}[K") }
      state = State()
    }
  }
}
