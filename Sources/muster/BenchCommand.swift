import ArgumentParser
import Benchmarking
import FoundationEssentials
import Migrations
import PostgresClient
import TemporaryCluster

/// `muster bench`: figures of this machine, each beside others of the same run.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the features beside their naive design, or the runner beside other runners.",
    discussion: """
      Without the name of one of the two it is the features:

        muster bench heartbeat rooms
        muster bench migrate
      """,
    subcommands: [BenchFeaturesCommand.self, BenchMigrateCommand.self],
    defaultSubcommand: BenchFeaturesCommand.self)
}

/// `muster bench features`: Muster's design and the naive one side by side.
struct BenchFeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Measure Muster's design beside the naive one and beside the floor, in one run.",
    discussion: """
      The contenders take turns, the median of the rounds counts, and rows must really have changed. With no database \
      named it starts a throw-away PostgreSQL that commits to disk; on a server that is named it makes a database of \
      its own and drops it. pgbench makes the load.

      \(Benchmark.all.map { "  " + $0.name.padding(to: 11) + $0.summary }.joined(separator: "\n"))

      Exit code 1 says that a promised ratio was not reached.
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Argument(help: "Which to run: \(Benchmark.all.map(\.name).joined(separator: ", ")); without any, all.")
  var names: [String] = []

  @Option(help: "How often each contender runs.")
  var rounds = 3

  @Option(help: "How many seconds a contender runs in a round.")
  var seconds = 3

  @Option(help: "How many sessions, participants and beats a day there are.")
  var scale = 100_000

  @Option(
    name: .customLong("dir"), help: ArgumentHelp("The migrations to measure.", valueName: "folder"),
    completion: .directory)
  var directory = "migrations"

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    for name in names where !Benchmark.all.contains(where: { $0.name == name }) {
      throw ValidationError("there is no benchmark “\(name)”.")
    }
    if rounds < 1 || seconds < 1 { throw ValidationError("--rounds and --seconds are at least 1.") }
    if scale < 1_000 { throw ValidationError("--scale is at least 1000.") }
  }

  func run() async throws {
    let comparisons = try await withScratchDatabase { settings, pgbench in
      let progress = Progress(quiet: verbosity.quiet)
      defer { progress.clear() }
      let laboratory = try await Laboratory(
        settings: settings, pgbench: pgbench, rounds: rounds, seconds: seconds, scale: scale,
        progress: { progress.show($0) })
      var comparisons: [Comparison] = []
      for benchmark in Benchmark.all where names.isEmpty || names.contains(benchmark.name) {
        comparisons += try await laboratory.run(benchmark)
      }
      await laboratory.close()
      return comparisons
    }
    try tell(comparisons)
  }

  // MARK: Where

  private func withScratchDatabase<T: Sendable>(
    _ body: (ConnectionSettings, _ pgbench: String) async throws -> T
  ) async throws -> T {
    let directory = try Provisions.path(of: directory, option: "--dir")
    if let settings = try database.named() {
      return try await withDatabase(beside: settings) { settings in
        _ = try await Migrator(settings, directory: directory).migrate()
        return try await body(settings, "pgbench")
      }
    }
    if !verbosity.quiet {
      Output.error.line(
        "muster: no database is named, so this is a throw-away PostgreSQL that commits to disk")
    }
    let cluster = try await TemporaryCluster.start(
      .init(settings: ["shared_buffers": "512MB", "max_wal_size": "8GB"], isDurable: true))
    do {
      let settings = try await cluster.createDatabase()
      _ = try await Migrator(settings, directory: directory).migrate()
      let result = try await body(settings, cluster.binaries.folder + "/pgbench")
      await cluster.stop()
      return result
    } catch {
      await cluster.stop()
      throw error
    }
  }

  /// Nothing in a database that somebody uses is touched: the measurements have one of their own on its server.
  private func withDatabase<T>(
    beside settings: ConnectionSettings, _ body: (ConnectionSettings) async throws -> T
  ) async throws -> T {
    let name = "muster_bench_\(ProcessInfo.processInfo.processIdentifier)"
    let connection = try await PostgresConnection.connect(settings)
    _ = try await connection.run { try $0.execute("create database \(name)") }
    do {
      let result = try await body(settings.with("dbname", name))
      _ = try await connection.run { try $0.execute("drop database \(name)") }
      await connection.close()
      return result
    } catch {
      _ = try? await connection.run { try $0.execute("drop database \(name) with (force)") }
      await connection.close()
      throw error
    }
  }

  // MARK: What came of it

  private func tell(_ comparisons: [Comparison]) throws {
    let output = Output.standard
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      output.line(String(decoding: try encoder.encode(["comparisons": comparisons]), as: UTF8.self))
    } else {
      for comparison in comparisons { show(comparison, on: output) }
    }
    if !comparisons.allSatisfy(\.isKept) { throw ExitStatus.failed.code }
  }

  private func show(_ comparison: Comparison, on output: Output) {
    output.line("")
    output.line(output.styled(comparison.title, .bold))
    if !comparison.contestants.isEmpty {
      var table = Table(
        .left(""), .left("design"), .right("\(comparison.unit)/s"), .right("× naive"), .right("promised"),
        .left(""))
      for contestant in comparison.contestants {
        table.add(
          Table.Cell(contestant.part.rawValue, .dim), Table.Cell(contestant.name),
          Table.Cell(contestant.perSecond.legible), Table.Cell(contestant.ratio.legible),
          Table.Cell(contestant.promised.map { "≥ \($0.legible)" } ?? ""),
          mark(contestant.isKept, where: contestant.promised != nil))
      }
      table.print(to: output)
    }
    guard !comparison.facts.isEmpty else { return }
    var table = Table(.left(""), .left(""), .left(""), .left(""))
    for fact in comparison.facts {
      table.add(
        mark(fact.isKept, where: true), Table.Cell(fact.name), Table.Cell(fact.seen),
        Table.Cell("promised: \(fact.promised)", .dim))
    }
    table.print(to: output)
  }

  private func mark(_ isKept: Bool, where isPromised: Bool) -> Table.Cell {
    guard isPromised else { return "" }
    return isKept ? Table.Cell("✓", .green) : Table.Cell("✗", .red)
  }
}

extension Double {
  /// Three digits that count: 12,345 · 123 · 12.3 · 1.23.
  var legible: String {
    guard isFinite else { return "–" }
    if self >= 100 { return Int(rounded()).grouped }
    let scale = self >= 10 ? 10.0 : 100.0
    return "\((self * scale).rounded() / scale)"
  }
}
