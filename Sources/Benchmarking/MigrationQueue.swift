import FoundationEssentials
import PostgresClient

/// What others notice of a migration that has to wait: somebody reads a table for seconds, a runner wants to alter it, and others
/// go on reading it, which they can only while nobody queues for it.
public struct MigrationQueue: Sendable {
  /// What it was like with one tool.
  public struct Standing: Sendable, Codable {
    public let tool: String
    /// The longest that another query on the table took while the tool was at work.
    public let longestWaitMilliseconds: Double
    /// From the tool's start to its end.
    public let tookMilliseconds: Double
  }

  public struct Result: Sendable, Codable {
    public let title: String
    public let standings: [Standing]
    public let facts: [Fact]

    public var isKept: Bool { facts.allSatisfy(\.isKept) }
  }

  private let server: ConnectionSettings
  private let tools: [MigrationTool]
  private let reading: Duration
  private let progress: @Sendable (String) -> Void

  /// What `muster migrate` waits for a lock unless it is told otherwise, and what is granted beyond that, in milliseconds.
  private static let promise = 2000.0 + 100

  /// - Parameters:
  ///   - server: Where databases may be made and dropped.
  ///   - muster: The program to measure.
  ///   - psql: The naive way.
  ///   - reading: How long the reader stays.
  ///   - progress: Told what is being done, in words.
  public init(
    server: ConnectionSettings, muster: String, psql: String, reading: Duration,
    progress: @escaping @Sendable (String) -> Void
  ) {
    self.server = server
    tools = [.psql(psql), .muster(muster)] + MigrationTool.installedPeers.filter { !$0.isSlow }
    self.reading = reading
    self.progress = progress
  }

  /// - Throws: `PostgresError`, ``BenchmarkError`` where a tool fails.
  public func run() async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.path() + "/muster-bench-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let password = try server.secret.map(PasswordFile.init)
    defer { password?.remove() }
    let standings = try await FreshDatabases.during(on: server) { databases in
      var standings: [Standing] = []
      for tool in tools {
        progress("behind a reader: \(tool.name)")
        let place = "\(folder)/\(tool.name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try tool.prepare(
          place, [.init(name: "0001_busy", sql: "alter table public.busy add column more integer;")])
        let database = try await databases.make()
        let process = MeasuredProcess(call: tool.call(place, database), password: password)
        standings.append(try await measure(process, tool, database))
      }
      return standings
    }
    let title = "A table that is read for \(reading.components.seconds) s, altered meanwhile"
    return Result(title: title, standings: standings, facts: facts(standings))
  }

  private func measure(
    _ process: MeasuredProcess, _ tool: MigrationTool, _ database: ConnectionSettings
  ) async throws -> Standing {
    let reader = try await PostgresConnection.connect(database)
    try await reader.run { connection in
      try connection.execute("create table public.busy (id integer); insert into public.busy values (1)")
      try connection.execute("begin; select from public.busy")
    }
    let others = Task { try await longestWait(in: database) }
    let leaving = Task {
      try await Task.sleep(for: reading)
      await reader.close()
    }
    let took: Duration
    do {
      took = try await process.duration()
    } catch {
      leaving.cancel()
      await reader.close()
      others.cancel()
      throw error
    }
    others.cancel()
    _ = try await leaving.value
    return Standing(
      tool: tool.name, longestWaitMilliseconds: try await others.value / .milliseconds(1),
      tookMilliseconds: took / .milliseconds(1))
  }

  /// Until it is cancelled. The statement at hand is waited for all the same: it may be the longest.
  private func longestWait(in database: ConnectionSettings) async throws -> Duration {
    let connection = try await PostgresConnection.connect(database)
    var longest = Duration.zero
    while !Task.isCancelled {
      let start = ContinuousClock.now
      try await connection.run { connection in
        try connection.shieldedFromCancellation { _ = try $0.query("select from public.busy") }
      }
      longest = max(longest, ContinuousClock.now - start)
      try? await Task.sleep(for: .milliseconds(5))
    }
    await connection.close()
    return longest
  }

  private func facts(_ standings: [Standing]) -> [Fact] {
    guard let muster = standings.first(where: { $0.tool == "muster" }) else { return [] }
    let wait = muster.longestWaitMilliseconds
    return [
      Fact(
        name: "another query on the table", seen: "waits \(wait.oneDecimal) ms at most",
        promised: "lock_timeout + 100 ms: \(Int(Self.promise))", isKept: wait <= Self.promise)
    ]
  }
}
