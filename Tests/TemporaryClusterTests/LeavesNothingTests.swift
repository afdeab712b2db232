import Foundation
import Subprocess
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

@Suite("Nothing is left of a cluster")
struct LeavesNothingTests {
  @Test("after it is stopped")
  func stopped() async throws {
    let cluster = try await TemporaryCluster.start()
    #expect(!processes(of: cluster.folder).isEmpty)
    await cluster.stop()
    #expect(isGone(cluster.folder))
  }

  @Test("after nobody refers to it any more")
  func forgotten() async throws {
    let folder = try await TemporaryCluster.start().folder
    try await eventually { isGone(folder) }
  }

  @Test(
    "after its process gets a Ctrl-C, is told to end, or is killed with -9",
    arguments: [SIGINT, SIGTERM, SIGKILL])
  func interrupted(signal: CInt) async throws {
    var options = PlatformOptions()
    options.createSession = true
    let holder = FilePath(CommandLine.arguments[0]).removingLastComponent().appending("with-cluster")
    let result = try await run(
      .path(holder), platformOptions: options, input: .none, output: .sequence, error: .discarded
    ) { execution in
      var lines = execution.standardOutput.strings().makeAsyncIterator()
      let folder = try #require(try await lines.next())
      #expect(!processes(of: folder).isEmpty)
      // To the whole group, as a terminal does.
      #expect(kill(-execution.processIdentifier.value, signal) == 0)
      return folder
    }
    #expect(result.terminationStatus == .signaled(signal))
    try await eventually { isGone(result.closureResult) }
  }

  @Test("and nothing secret of its maker's environment is with the server while it runs")
  func environment() async throws {
    let holder = FilePath(CommandLine.arguments[0]).removingLastComponent().appending("with-cluster")
    _ = try await run(
      .path(holder), environment: .inherit.updating(["DATABASE_URL": "s3cret", "PGPASSWORD": "s3cret"]),
      input: .none, output: .sequence, error: .discarded
    ) { execution in
      var lines = execution.standardOutput.strings().makeAsyncIterator()
      let folder = try #require(try await lines.next())
      let seen = processes(of: folder).map { FileManager.default.contents(atPath: "/proc/\($0)/environ") }
      #expect(!seen.isEmpty)
      for environment in seen {
        #expect(!String(decoding: environment ?? Data(), as: UTF8.self).contains("s3cret"))
      }
      try execution.send(signal: .kill)
    }
  }

  @Test("that was kept, after the process it names is told to end")
  func kept() async throws {
    let cluster = try await TemporaryCluster.start()
    let keeper = try await cluster.keep()
    #expect(kill(keeper, SIGTERM) == 0)
    try await eventually { isGone(cluster.folder) }
  }
}

private func isGone(_ folder: String) -> Bool {
  !FileManager.default.fileExists(atPath: folder) && processes(of: folder).isEmpty
}

/// The processes that name this folder among their arguments.
private func processes(of folder: String) -> [String] {
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.filter { entry in
    guard Int(entry) != nil, let line = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") else {
      return false
    }
    return String(decoding: line, as: UTF8.self).contains(folder)
  }
}
