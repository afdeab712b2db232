import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a command so that Ctrl-C and TERM cancel it: it rolls back and tidies up, and then ends. A second one ends it at
/// once, which leaves nothing behind either: PostgreSQL rolls back, and a throw-away server ends with its parent.
func interruptible(_ command: @escaping @Sendable () async throws -> Void) async throws {
  let work = Task { try await command() }
  let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
  let watch = Task { () -> ExitStatus? in
    var received: ExitStatus?
    for await signal in signals {
      let status: ExitStatus = signal == .sigterm ? .terminated : .interrupted
      if let received { _exit(received.rawValue) }
      received = status
      work.cancel()
    }
    return received
  }
  let result = await work.result
  watch.cancel()
  guard case .failure(let error) = result else { return }
  if let signal = await watch.value { throw Interrupted(exitStatus: signal, during: error) }
  throw error
}

/// The command did not come to its end because somebody said so.
struct Interrupted: HasExitStatus, CustomStringConvertible {
  var exitStatus: ExitStatus
  /// What the command said when it stopped; it may tell what was undone.
  var during: any Error

  init(exitStatus: ExitStatus, during error: any Error) {
    self.exitStatus = exitStatus
    during = error
  }

  var description: String {
    let headline = exitStatus == .terminated ? "told to end" : "interrupted"
    let ending = Ending(of: during)
    return ending.isPlainInterruption || ending.message.isEmpty ? headline : "\(headline)\n\(ending.message)"
  }
}
