import Foundation
import Subprocess
import TestSupport
import Testing

@Suite("muster demo")
struct DemoTests {
  @Test("leaves nothing after a Ctrl-C or kill -9 in the middle", arguments: [SIGINT, SIGKILL])
  func interrupted(signal: CInt) async throws {
    var options = PlatformOptions()
    options.createSession = true
    let result = try await run(
      .path(musterPath), arguments: ["demo"], environment: .custom(plain([:])), workingDirectory: repository,
      platformOptions: options, input: .none, output: .sequence, error: .discarded
    ) { execution in
      for try await line in execution.standardOutput.strings() {
        guard let start = line.range(of: "a socket in ")?.upperBound else { continue }
        #expect(kill(-execution.processIdentifier.value, signal) == 0)
        return String(line[start...].prefix { $0 != " " })
      }
      throw NoServerLine()
    }
    let expected: TerminationStatus = signal == SIGINT ? .exited(130) : .signaled(SIGKILL)
    #expect(result.terminationStatus == expected)
    let folder = result.closureResult
    try await eventually { !FileManager.default.fileExists(atPath: folder) }
  }

  private struct NoServerLine: Error {}
}
