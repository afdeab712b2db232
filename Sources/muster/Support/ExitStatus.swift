import ArgumentParser

/// What a pipeline learns from the exit code. The same for every subcommand.
enum ExitStatus: Int32 {
  case good = 0
  /// Findings, or a check or a migration failed.
  case failed = 1
  /// Bad arguments, bad input, or no connection.
  case usage = 2
  /// There was nothing to test, which is no success.
  case nothingTested = 3
  /// The history was tampered with or is out of order.
  case history = 4
  /// A lock was not to be had in time.
  case locked = 5
  /// Ctrl-C, as shells expect it.
  case interrupted = 130
  /// Told to end.
  case terminated = 143

  /// Ends the command with this status and without another word.
  var code: ExitCode { ExitCode(rawValue) }
}

/// An error that knows its exit code. Others are ``ExitStatus/failed``.
protocol HasExitStatus: Error {
  var exitStatus: ExitStatus { get }
}
