import FoundationEssentials
import PostgresClient

/// What a benchmark works with: a database of its own with Muster in it, pgbench for the load, and how long to measure.
public struct Laboratory: Sendable {
  let settings: ConnectionSettings
  let connection: PostgresConnection
  let pgbench: Pgbench
  let rounds: Int
  /// How long one contender runs in one round.
  let seconds: Int
  /// How many sessions, participants and so on there are.
  let scale: Int
  let progress: @Sendable (String) -> Void

  /// - Parameters:
  ///   - settings: An empty scratch database with Muster's features, which the benchmarks fill and change at will.
  ///   - pgbench: The program that makes the load.
  ///   - rounds: How often each contender runs; the median counts.
  ///   - seconds: How long it runs each time.
  ///   - scale: How many sessions, participants and so on there are.
  ///   - progress: Told what is being done, in words.
  /// - Throws: `PostgresError`
  public init(
    settings: ConnectionSettings, pgbench: String, rounds: Int, seconds: Int, scale: Int,
    progress: @escaping @Sendable (String) -> Void
  ) async throws {
    self.settings = settings
    connection = try await PostgresConnection.connect(settings)
    self.pgbench = Pgbench(program: pgbench, settings: settings)
    self.rounds = rounds
    self.seconds = seconds
    self.scale = scale
    self.progress = progress
    try await execute(
      """
      create schema naive;
      create function naive.nothing(text) returns void language plpgsql as $$ begin end $$;
      """)
  }

  /// Runs one benchmark.
  ///
  /// - Parameter benchmark: Which.
  /// - Returns: What was compared, in order.
  /// - Throws: `PostgresError`, ``BenchmarkError``
  public func run(_ benchmark: Benchmark) async throws -> [Comparison] {
    try await benchmark.run(self)
  }

  /// Closes the connection.
  public func close() async { await connection.close() }

  // MARK: SQL

  func execute(_ script: String) async throws {
    _ = try await connection.run { try $0.execute(script) }
  }

  /// Leaves the tables as autovacuum would, and nothing for a checkpoint to do in the middle of a run.
  func vacuum(_ tables: String...) async throws {
    for table in tables { try await execute("vacuum analyze \(table)") }
    try await execute("checkpoint")
  }

  func number(_ sql: String) async throws -> Double {
    try await connection.run { try $0.query(sql).scalar(Double.self) }
  }

  func text(_ sql: String) async throws -> String {
    try await connection.run { try $0.query(sql).scalar(String.self) }
  }

  // MARK: Racing

  /// Lets the contenders run one after another, round by round, and ranks them by their medians.
  func race(_ title: String, unit: String, _ contenders: [Contender]) async throws -> Comparison {
    var samples = [[Double]](repeating: [], count: contenders.count)
    for round in 1...rounds {
      for (index, contender) in contenders.enumerated() {
        progress("\(title): \(contender.name), round \(round) of \(rounds)")
        samples[index].append(try await contender.sample(self))
      }
    }
    let medians = samples.map(\.median)
    let naive = zip(contenders, medians).first { $0.0.part == .naive }?.1 ?? .nan
    return Comparison(
      title: title, unit: unit,
      contestants: zip(contenders, medians).map { contender, median in
        Contestant(
          part: contender.part, name: contender.name, perSecond: median, ratio: median / naive,
          promised: contender.promised)
      })
  }
}

/// A way of doing the work, still to be measured.
struct Contender: Sendable {
  let part: Contestant.Part
  let name: String
  /// The least that it is promised to be, times the naive design.
  var promised: Double?
  /// Does the work once, makes sure that it was done, and gives units a second.
  let sample: @Sendable (Laboratory) async throws -> Double

  init(
    _ part: Contestant.Part, _ name: String, promised: Double? = nil,
    sample: @escaping @Sendable (Laboratory) async throws -> Double
  ) {
    self.part = part
    self.name = name
    self.promised = promised
    self.sample = sample
  }

  /// A script that pgbench repeats. `units` are done by one transaction.
  ///
  /// `witness` is a query for a number that must be larger after the run than before: proof that rows really changed.
  static func load(
    _ part: Contestant.Part, _ name: String, promised: Double? = nil, _ script: String, clients: Int,
    units: Double = 1, session: [String: String] = [:], witness: String? = nil
  ) -> Contender {
    Contender(part, name, promised: promised) { laboratory in
      let before = if let witness { try await laboratory.number(witness) } else { 0.0 }
      let run = try await laboratory.pgbench.run(
        script, clients: clients, seconds: laboratory.seconds, session: session)
      if let witness {
        let changed = try await laboratory.number(witness) - before
        guard changed > 0 else {
          throw BenchmarkError.nothingChanged(contender: name, transactions: run.transactions)
        }
      }
      return run.perSecond * units
    }
  }

  /// Something that is done once a round and timed: `prepare` puts the work there, `work` does it and says how much it was.
  static func once(
    _ part: Contestant.Part, _ name: String, promised: Double? = nil,
    prepare: @escaping @Sendable (Laboratory) async throws -> Void,
    work: @escaping @Sendable (Laboratory) async throws -> Double
  ) -> Contender {
    Contender(part, name, promised: promised) { laboratory in
      try await prepare(laboratory)
      let clock = ContinuousClock()
      let start = clock.now
      let units = try await work(laboratory)
      let duration = clock.now - start
      guard units > 0 else { throw BenchmarkError.nothingChanged(contender: name, transactions: 1) }
      return units / (duration / .seconds(1))
    }
  }
}

/// Why a benchmark has no result.
public enum BenchmarkError: Error, CustomStringConvertible {
  /// A contender was fast because it did nothing.
  case nothingChanged(contender: String, transactions: Int)
  /// pgbench failed or could not be started.
  case pgbench(program: String, status: String, output: String)
  /// A runner failed, or did not do what it was to do.
  case tool(program: String, status: String, output: String)

  public var description: String {
    switch self {
    case .nothingChanged(let contender, let transactions):
      "“\(contender)” ran \(transactions) transactions and changed nothing: its figure would mean nothing"
    case .pgbench(let program, let status, let output), .tool(let program, let status, let output):
      "\(program) \(status)\n\(output)"
    }
  }
}

extension [Double] {
  /// The middle one; of two the mean.
  var median: Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
