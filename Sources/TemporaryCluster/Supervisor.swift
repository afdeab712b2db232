import FoundationEssentials
import Subprocess
import SystemPackage

/// The process that owns the server and its folder, and ends with us whatever happens to us.
///
/// It leads a session of its own, so that a terminal's Ctrl-C reaches us first and not it.
struct Supervisor: Sendable {
  /// The server's folder: its socket, its log, its data.
  let folder: String
  private let requests: AsyncStream<Request>.Continuation
  private let life: Task<Void, Never>

  private struct Request: Sendable {
    var command: String?
    var answer: CheckedContinuation<String?, Never>
  }

  /// Makes the folder and starts the server.
  static func start(
    binaries: PostgresBinaries, base: String, owner: String?, configuration: String
  ) async throws -> Supervisor {
    let (stream, requests) = AsyncStream<Request>.makeStream()
    let life = Task {
      await serve(stream, arguments: [base, owner ?? "", binaries.folder, configuration])
    }
    guard let line = await ask(requests, nil), line.hasPrefix("folder ") else {
      requests.finish()
      throw ClusterError.noFolder(in: base)
    }
    let folder = String(line.dropFirst("folder ".count))
    let supervisor = Supervisor(folder: folder, requests: requests, life: life)
    try await supervisor.expectReady(ask(requests, nil))
    return supervisor
  }

  /// Has the server stopped in good order and started again, or killed with -9 and started again.
  func relaunch(crash: Bool) async throws {
    try await expectReady(Self.ask(requests, crash ? "crash" : "restart"))
  }

  /// Lets the server outlive us; the answer is the process that stops it and removes its folder when it gets a TERM.
  func keep() async throws -> Int32 {
    guard let line = await Self.ask(requests, "keep"), let process = Int32(line.dropFirst("kept ".count))
    else { throw ClusterError.gone }
    return process
  }

  /// Has everything taken away, or left running where it is kept, and does not wait for it.
  func letGo() {
    requests.finish()
  }

  /// Returns when no process and no file is left. Where the server is kept, that is when somebody else ends it.
  func end() async {
    letGo()
    await life.value
  }

  private func expectReady(_ answer: String?) async throws {
    guard let answer, answer.hasPrefix("ready ") else {
      let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
      await end()
      throw answer == nil
        ? ClusterError.gone
        : ClusterError.didNotStart(log: log.split(separator: "\n").suffix(20).joined(separator: "\n"))
    }
  }

  private static func ask(_ requests: AsyncStream<Request>.Continuation, _ command: String?) async -> String?
  {
    await withCheckedContinuation { continuation in
      let request = Request(command: command, answer: continuation)
      if case .terminated = requests.yield(request) { continuation.resume(returning: nil) }
    }
  }

  /// Passes requests on, one after the other, until there are no more or the script has ended.
  private static func serve(_ requests: AsyncStream<Request>, arguments: [String]) async {
    var options = PlatformOptions()
    options.createSession = true
    _ = try? await run(
      .path("/bin/sh"), arguments: Arguments(["-c", supervisorScript, "muster-cluster"] + arguments),
      // The server's user could read there what is nobody's but ours.
      environment: .inherit.updating(["DATABASE_URL": nil, "PGPASSWORD": nil]),
      platformOptions: options, input: .inputWriter, output: .sequence, error: .discarded
    ) { execution in
      var lines = execution.standardOutput.strings().makeAsyncIterator()
      for await request in requests {
        if let command = request.command {
          _ = try? await execution.standardInputWriter.write(command + "\n")
        }
        request.answer.resume(returning: try? await lines.next())
      }
    }
    // Nobody may be left waiting when the script could not be run at all.
    for await request in requests { request.answer.resume(returning: nil) }
  }
}
