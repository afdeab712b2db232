import ArgumentParser
import Migrations
import PostgresClient
import TemporaryCluster

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The caller asked for what cannot be; `hint` is what to write instead.
struct UsageError: HasExitStatus, CustomStringConvertible {
  var message: String
  var hint: String?

  var exitStatus: ExitStatus { .usage }
  var description: String { hint.map { "\(message)\n\($0)" } ?? message }
}

/// An error that shows more where there is colour.
protocol StyledError: Error {
  func text(for output: Output) -> String
}

extension PostgresError: HasExitStatus {
  var exitStatus: ExitStatus {
    switch kind {
    case .settings, .connection, .closed: .usage
    case .server where code == .lockNotAvailable: .locked
    default: .failed
    }
  }
}

extension FleetError: HasExitStatus {
  var exitStatus: ExitStatus { .usage }
}

extension ClusterError: HasExitStatus {
  var exitStatus: ExitStatus { .usage }
}

/// How a command ended: what to print, where, and the exit code.
struct Ending {
  var status: Int32
  var message: String
  /// Help and version go to stdout, for they are what was asked for.
  var isResult = false

  /// Whether there is nothing more to say than that it was interrupted.
  var isPlainInterruption: Bool { status == ExitStatus.interrupted.rawValue }

  init(of error: any Error) {
    switch error {
    case let code as ExitCode:
      (status, message) = (code.rawValue, "")
    case is CancellationError:
      (status, message) = (ExitStatus.interrupted.rawValue, "interrupted")
    case let error as PostgresError where error.kind == .cancelled:
      (status, message) = (ExitStatus.interrupted.rawValue, "interrupted")
    case let error as any HasExitStatus:
      let text = (error as? any StyledError)?.text(for: .error) ?? "\(error)"
      (status, message) = (error.exitStatus.rawValue, text)
    default:
      self = Ending(parsing: error)
    }
  }

  /// ArgumentParser's own errors, with our code for bad usage in place of its 64; anything else just failed.
  private init(parsing error: any Error) {
    switch Muster.exitCode(for: error) {
    case .success: (status, message, isResult) = (0, Muster.fullMessage(for: error), true)
    case .validationFailure: (status, message) = (ExitStatus.usage.rawValue, Muster.fullMessage(for: error))
    default: (status, message) = (ExitStatus.failed.rawValue, "\(error)")
    }
  }

  /// Says it and ends the process.
  func end() -> Never {
    tell()
    exit(status)
  }

  private func tell() {
    guard !message.isEmpty else { return }
    if isResult { return Output.standard.line(message) }
    let text = message.hasPrefix("Error: ") ? String(message.dropFirst("Error: ".count)) : message
    Output.error.line("\(Output.error.styled("muster:", .red, .bold)) \(text)")
  }
}
