import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// stdout or stderr, and what the thing at its other end understands.
struct Output: Sendable {
  /// For results.
  static let standard = Output(descriptor: STDOUT_FILENO)
  /// For progress and errors.
  static let error = Output(descriptor: STDERR_FILENO)

  let descriptor: Int32
  /// Whether a person looks at it.
  let isTerminal: Bool
  /// Whether it is a terminal, one that knows colours, and `NO_COLOR` is not set.
  let hasColour: Bool

  init(descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    hasColour = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// How many characters fit in a line; 140 where nobody looks.
  var columns: Int {
    var size = winsize()
    guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 140 }
    return Int(size.ws_col)
  }

  func styled(_ text: String, _ styles: Style...) -> String {
    guard hasColour, !text.isEmpty, !styles.isEmpty else { return text }
    return "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
  }

  func line(_ text: String = "") {
    write(text + "\n")
  }

  /// Writes all of it. What nobody reads any more is dropped: SIGPIPE is ignored.
  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written > 0 { bytes.removeFirst(written) } else if errno != EINTR { return }
    }
  }
}

/// The codes of ECMA-48 that every terminal knows.
enum Style: String {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
