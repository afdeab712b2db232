import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The say-so that a command needs before it changes what cannot be changed back.
struct ConsentOptions: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "Change it without asking.")
  var yes = false

  /// Whether to go on: by --yes, or by a y at a terminal. In a pipeline nobody is asked, and the answer is no.
  func isGiven(for question: String) async throws -> Bool {
    if yes { return true }
    guard isatty(STDIN_FILENO) == 1, Output.error.isTerminal else { return false }
    Output.error.write("\(question) [y/N] ")
    // The terminal hands over whole lines, so what can be read is an answer. Waiting by looking leaves room for Ctrl-C.
    while !Self.hasInput { try await Task.sleep(for: .milliseconds(50)) }
    return ["y", "yes"].contains(readLine()?.lowercased())
  }

  private static var hasInput: Bool {
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) != 0
  }
}
