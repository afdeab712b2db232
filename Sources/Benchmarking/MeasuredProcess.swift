import FoundationEssentials
import Subprocess
import SystemPackage

/// A call of another program, timed or weighed.
struct MeasuredProcess: Sendable {
  let call: MigrationTool.Call
  /// Read by libpq and by Go's driver alike.
  let password: PasswordFile?

  /// From its start to its end.
  func duration() async throws -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try await run(
      executable, arguments: Arguments(call.arguments), environment: environment,
      workingDirectory: FilePath(call.folder), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20))
    let duration = clock.now - start
    try check(result.terminationStatus, result.standardOutput + result.standardError)
    return duration
  }

  /// The most memory that was resident, in bytes: looked at every few milliseconds in a run that is not timed, because what
  /// wait4 tells of a child includes what its parent had. 0 where there is no /proc.
  func peakMemory() async throws -> Int {
    let result = try await run(
      executable, arguments: Arguments(call.arguments), environment: environment,
      workingDirectory: FilePath(call.folder), input: .none, output: .discarded, error: .discarded
    ) { execution in
      let path = "/proc/\(execution.processIdentifier.value)/status"
      var peak = 0
      while let status = try? String(contentsOfFile: path, encoding: .utf8), let size = Self.peak(in: status)
      {
        peak = max(peak, size)
        try await Task.sleep(for: .milliseconds(2))
      }
      return peak
    }
    try check(result.terminationStatus, "")
    return result.closureResult
  }

  /// A process that has ended, and waits to be collected, has no such line.
  private static func peak(in status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
      .flatMap { Int($0) }.map { $0 * 1024 }
  }

  private var executable: Executable {
    call.program.contains("/") ? .path(FilePath(call.program)) : .name(call.program)
  }

  private var environment: Environment {
    var changes: [Environment.Key: String?] = ["DATABASE_URL": nil, "PGPASSWORD": nil]
    for (name, value) in call.environment { changes[Environment.Key(stringLiteral: name)] = value }
    if let password { changes["PGPASSFILE"] = password.path }
    return .inherit.updating(changes)
  }

  private func check(_ status: TerminationStatus, _ output: String) throws {
    guard !status.isSuccess else { return }
    throw BenchmarkError.tool(program: call.program, status: "\(status)", output: output)
  }
}
