import FoundationEssentials
import PostgresClient

/// Muster and other runners apply the same small files, each to a fresh database, round by round; psql, which keeps no history, is
/// the floor. In each round they are in another order: whoever comes behind a greedy one finds caches cold and a server that is
/// still tidying up.
public struct MigrationRace: Sendable {
  /// One migration: its name without an extension, and its SQL.
  struct File: Sendable {
    let name: String
    let sql: String
  }

  /// How one tool did.
  public struct Standing: Sendable, Codable {
    public let tool: String
    /// The median of the rounds.
    public let applyMilliseconds: Double
    /// Times psql's, in this run.
    public let ratio: Double
    /// Another run that has nothing to do: the median; nil for a tool that keeps no history.
    public let upToDateMilliseconds: Double?
    /// What was resident at most while it applied; nil where that cannot be seen.
    public let megabytes: Double?
  }

  public struct Result: Sendable, Codable {
    public let title: String
    /// psql first, then Muster, then whoever else is installed.
    public let standings: [Standing]
    public let facts: [Fact]

    public var isKept: Bool { facts.allSatisfy(\.isKept) }
  }

  private let server: ConnectionSettings
  private let tools: [MigrationTool]
  private let files: [File]
  private let rounds: Int
  private let progress: @Sendable (String) -> Void

  /// - Parameters:
  ///   - server: Where databases may be made and dropped.
  ///   - muster: The program to measure.
  ///   - psql: The floor.
  ///   - files: How many migrations there are.
  ///   - rounds: How often each tool runs; the median counts.
  ///   - slow: Whether the tools that take minutes run as well, once.
  ///   - progress: Told what is being done, in words.
  public init(
    server: ConnectionSettings, muster: String, psql: String, files: Int, rounds: Int, slow: Bool,
    progress: @escaping @Sendable (String) -> Void
  ) {
    self.server = server
    tools =
      [.psql(psql), .muster(muster)] + MigrationTool.installedPeers.filter { slow || !$0.isSlow }
    self.files = (1...files).map { number in
      let digits = String(number)
      let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return File(
        name: "\(name)_item", sql: "create table item_\(name) (id integer primary key, name text not null);")
    }
    self.rounds = rounds
    self.progress = progress
  }

  /// Runs all rounds.
  ///
  /// - Throws: `PostgresError`, ``BenchmarkError`` where a tool fails or has not done its work.
  public func run(_ title: String) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.path() + "/muster-bench-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for tool in tools {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(tool.name)", withIntermediateDirectories: true)
      try tool.prepare("\(folder)/\(tool.name)", files)
    }
    let password = try server.secret.map(PasswordFile.init)
    defer { password?.remove() }
    let samples = try await FreshDatabases.during(on: server) { databases in
      var samples = tools.map { _ in Samples() }
      let process = { index, database in
        MeasuredProcess(
          call: tools[index].call("\(folder)/\(tools[index].name)", database), password: password)
      }
      try await warmUp(title, &databases, &samples, process)
      for round in 1...rounds {
        for index in tools.indices.shuffled() where !tools[index].isSlow || round == 1 {
          progress("\(title): \(tools[index].name), round \(round) of \(rounds)")
          let database = try await databases.make()
          let duration = try await process(index, database).duration()
          samples[index].apply.append(duration / .milliseconds(1))
          try await check(tools[index], database)
        }
      }
      return samples
    }
    return result(title, samples)
  }

  private struct Samples {
    var apply: [Double] = []
    var upToDate: [Double] = []
    var memory = 0
  }

  /// A round that is not timed: memory is looked at, and the disk's cache warmed. Then they take turns in what it left, with
  /// nothing to do.
  private func warmUp(
    _ title: String, _ databases: inout FreshDatabases, _ samples: inout [Samples],
    _ process: (_ tool: Int, _ database: ConnectionSettings) -> MeasuredProcess
  ) async throws {
    var idle: [Int: MeasuredProcess] = [:]
    for (index, tool) in tools.enumerated() {
      progress("\(title): \(tool.name), memory")
      let database = try await databases.make()
      let process = process(index, database)
      samples[index].memory = try await process.peakMemory()
      try await check(tool, database)
      if tool.hasHistory { idle[index] = process }
    }
    progress("\(title): nothing to do")
    for turn in 1...(10 * rounds) {
      for index in tools.indices.shuffled() where !tools[index].isSlow || turn == 1 {
        guard let duration = try await idle[index]?.duration() else { continue }
        samples[index].upToDate.append(duration / .milliseconds(1))
      }
    }
  }

  /// One that has not done its work is not the fastest.
  private func check(_ tool: MigrationTool, _ database: ConnectionSettings) async throws {
    let tables = try await PostgresConnection.withConnection(to: database) { connection in
      try connection.query("select count(*) from pg_catalog.pg_class where relname ~ '^item_[0-9]+$'")
        .scalar(Int.self)
    }
    guard tables == files.count else {
      throw BenchmarkError.tool(
        program: tool.name, status: "made \(tables) tables of \(files.count)", output: "")
    }
  }

  private func result(_ title: String, _ samples: [Samples]) -> Result {
    let floor = samples[0].apply.median
    let standings = zip(tools, samples).map { tool, samples in
      Standing(
        tool: tool.name, applyMilliseconds: samples.apply.median, ratio: samples.apply.median / floor,
        upToDateMilliseconds: tool.hasHistory ? samples.upToDate.median : nil,
        megabytes: samples.memory > 0 ? Double(samples.memory) / 1_048_576 : nil)
    }
    return Result(title: title, standings: standings, facts: facts(standings))
  }

  private func facts(_ standings: [Standing]) -> [Fact] {
    guard let muster = standings.first(where: { $0.tool == "muster" }) else { return [] }
    var facts = [
      Fact(
        name: "\(files.count) files", seen: "\(muster.ratio.hundredths) × psql", promised: "at most 1.3 ×",
        isKept: muster.ratio <= 1.3)
    ]
    if let mine = muster.upToDateMilliseconds,
      let theirs = standings.first(where: { $0.tool == "dbmate" })?.upToDateMilliseconds
    {
      facts.append(
        Fact(
          name: "up to date", seen: "\(mine.oneDecimal) ms",
          promised: "at most dbmate's \(theirs.oneDecimal) ms",
          isKept: mine <= theirs))
    }
    if let megabytes = muster.megabytes {
      facts.append(
        Fact(
          name: "client memory", seen: "\(megabytes.oneDecimal) MB", promised: "at most 30 MB",
          isKept: megabytes <= 30))
    }
    return facts
  }
}

extension Double {
  fileprivate var hundredths: String { "\((self * 100).rounded() / 100)" }
}
