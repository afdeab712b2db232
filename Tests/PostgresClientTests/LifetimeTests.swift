import FoundationEssentials
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct LifetimeTests {
  /// In a process of its own, where nobody else opens files and starts threads.
  @Test func nothingIsLeftOfClosedConnections() async throws {
    let settings = try await serverSettings()
    await #expect(processExitsWith: .success) { [parameters = settings.parameters as [String: String]] in
      let settings = ConnectionSettings(parameters: parameters)
      func cycle() async throws {
        let closed = try await PostgresConnection.connect(settings)
        _ = try await closed.query("select 1", prepared: true)
        await closed.close()
        let dropped = try await PostgresConnection.connect(settings)
        _ = try await dropped.query("select repeat('x', 100000)")
        _ = await postgresError { try await dropped.query("select pg_sleep(9)", timeout: .milliseconds(1)) }
        _ = await postgresError {
          _ = try await PostgresConnection.connect(settings.with("dbname", "nowhere"))
        }
      }
      func count(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).count
      }
      for _ in 0..<3 { try await cycle() }
      let files = try count("/proc/self/fd")
      let threads = try count("/proc/self/task")
      for _ in 0..<60 { try await cycle() }
      // A thread ends a moment after its connection is let go, on a busy machine a long one.
      for _ in 0..<24_000 where try count("/proc/self/fd") > files || count("/proc/self/task") > threads {
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(try count("/proc/self/fd") <= files)
      #expect(try count("/proc/self/task") <= threads)
    }
  }
}
