import Synchronization
import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C and TERM, for the one command that a process runs.
///
/// As long as nobody listens they end the process, as they do any other. From then on the first cancels the command, which rolls
/// back and tidies up before it ends; a second one ends it at once, which leaves nothing behind either: PostgreSQL rolls back, and
/// a throw-away server ends with its parent.
final class SignalWatch: Sendable {
  static let ofThisProcess = SignalWatch()

  private struct State {
    var work: Task<Void, any Error>?
    var watch: Task<ExitStatus?, Never>?
  }
  private let state = Mutex(State())

  /// Runs the command. Throws ``Interrupted`` where that is why it failed.
  func run(_ command: @escaping @Sendable () async throws -> Void) async throws {
    let work = Task { try await command() }
    state.withLock { $0.work = work }
    guard case .failure(let error) = await work.result else { return }
    let watch = state.withLock { $0.watch }
    watch?.cancel()
    if let signal = await watch?.value { throw Interrupted(exitStatus: signal, during: error) }
    throw error
  }

  /// Traps the signals. To learn of them takes threads, and a tenth of a run that has nothing to do: such a run needs no ear.
  func listen() async {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let watch = Task { () -> ExitStatus? in
      var received: ExitStatus?
      for await signal in signals {
        let status: ExitStatus = signal == .sigterm ? .terminated : .interrupted
        if let received { _exit(received.rawValue) }
        received = status
        state.withLock { $0.work }?.cancel()
      }
      return received
    }
    state.withLock { $0.watch = watch }
  }
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
