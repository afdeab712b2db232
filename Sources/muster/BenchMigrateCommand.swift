import ArgumentParser
import Benchmarking
import FoundationEssentials
import PostgresClient
import TemporaryCluster

/// `muster bench migrate`: many small files, Muster beside other runners, psql as the floor.
struct BenchMigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Measure the runner beside psql and the other runners that are installed.",
    discussion: """
      Each of psql, muster, dbmate, sql-migrate and (with --slow) sqitch that is found in PATH applies the same small \
      files to a fresh database; they take turns, and the median of the rounds counts. psql applies them in one \
      session with a transaction a file, and keeps no history: it is the floor. What it costs to find nothing to do, \
      and how much memory each needs, is measured as well. Each run has a database of its own, and all are dropped at \
      the end: a thousand files need 30 MB of disk for each. Then each alters a table that somebody reads for 10 seconds, \
      and it is seen how long others wait that read it too.

      With no database named it starts two throw-away servers: one that does not wait for the disk, where the tools \
      themselves show best, and one that does.

        muster bench migrate --files 1000 --rounds 5

      Exit code 1 says that a promise was not kept.
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Option(help: "How many migrations there are.")
  var files = 1000

  @Option(help: "How often each tool runs.")
  var rounds = 5

  @Flag(help: "Let tools run as well, once, that take minutes: sqitch.")
  var slow = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if files < 1 || files > 9999 { throw ValidationError("--files is 1 to 9999.") }
    if rounds < 1 { throw ValidationError("--rounds is at least 1.") }
  }

  func run() async throws {
    let copy = FileManager.default.temporaryDirectory.path() + "/muster-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: Provisions.ownPath, toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try await run(muster: copy)
  }

  /// With a copy of this program, which is how it is installed, as the others are: a linker's own output lies in the system's
  /// cache in smaller pieces, and takes longer to map.
  private func run(muster: String) async throws {
    if let settings = try database.named() {
      let race = try await race(settings, muster, psql: "psql", "this server")
      return try tell([race], try await queue(settings, muster, psql: "psql"))
    }
    // Both stay to the end: a server that was thrown away leaves the next a file system that is busy forgetting it.
    try await onThrowAwayServer(isDurable: false) { server, psql in
      try await onThrowAwayServer(isDurable: true) { durable, _ in
        let races = [
          try await race(server, muster, psql: psql, "a server that does not wait for the disk"),
          try await race(durable, muster, psql: psql, "a server that commits to disk"),
        ]
        try tell(races, try await queue(server, muster, psql: psql))
      }
    }
  }

  private func onThrowAwayServer(
    isDurable: Bool, _ body: (_ server: ConnectionSettings, _ psql: String) async throws -> Void
  ) async throws {
    let cluster = try await TemporaryCluster.start(
      .init(settings: ["shared_buffers": "512MB", "max_wal_size": "8GB"], isDurable: isDurable))
    do {
      try await body(cluster.settings, "\(cluster.binaries.folder)/psql")
    } catch {
      await cluster.stop()
      throw error
    }
    await cluster.stop()
  }

  private func race(
    _ server: ConnectionSettings, _ muster: String, psql: String, _ title: String
  ) async throws -> MigrationRace.Result {
    let progress = Progress(quiet: verbosity.quiet)
    defer { progress.clear() }
    return try await MigrationRace(
      server: server, muster: muster, psql: psql, files: files, rounds: rounds, slow: slow,
      progress: { progress.show($0) }
    ).run("\(files.grouped) files, \(title)")
  }

  private func queue(
    _ server: ConnectionSettings, _ muster: String, psql: String
  ) async throws -> MigrationQueue.Result {
    let progress = Progress(quiet: verbosity.quiet)
    defer { progress.clear() }
    return try await MigrationQueue(
      server: server, muster: muster, psql: psql, reading: .seconds(10),
      progress: { progress.show($0) }
    ).run()
  }

  private struct Report: Encodable {
    let races: [MigrationRace.Result]
    let queue: MigrationQueue.Result
  }

  private func tell(_ races: [MigrationRace.Result], _ queue: MigrationQueue.Result) throws {
    let output = Output.standard
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      output.line(String(decoding: try encoder.encode(Report(races: races, queue: queue)), as: UTF8.self))
    } else {
      for race in races { show(race, on: output) }
      show(queue, on: output)
    }
    if !(races.allSatisfy(\.isKept) && queue.isKept) { throw ExitStatus.failed.code }
  }

  private func show(_ result: MigrationRace.Result, on output: Output) {
    output.line("")
    output.line(output.styled(result.title, .bold))
    var table = Table(
      .left("tool"), .right("apply ms"), .right("× psql"), .right("up to date ms"), .right("client MB"))
    for standing in result.standings {
      table.add(
        Table.Cell(standing.tool), Table.Cell(Int(standing.applyMilliseconds.rounded()).grouped),
        Table.Cell(standing.ratio.legible), Table.Cell(standing.upToDateMilliseconds?.legible ?? "–"),
        Table.Cell(standing.megabytes?.legible ?? "–"))
    }
    table.print(to: output)
    show(result.facts, on: output)
  }

  private func show(_ result: MigrationQueue.Result, on output: Output) {
    output.line("")
    output.line(output.styled(result.title, .bold))
    var table = Table(.left("tool"), .right("others wait at most ms"), .right("took ms"))
    for standing in result.standings {
      table.add(
        Table.Cell(standing.tool), Table.Cell(Int(standing.longestWaitMilliseconds.rounded()).grouped),
        Table.Cell(Int(standing.tookMilliseconds.rounded()).grouped))
    }
    table.print(to: output)
    show(result.facts, on: output)
  }

  private func show(_ all: [Fact], on output: Output) {
    var facts = Table(.left(""), .left(""), .left(""), .left(""))
    for fact in all {
      facts.add(
        fact.isKept ? Table.Cell("✓", .green) : Table.Cell("✗", .red), Table.Cell(fact.name),
        Table.Cell(fact.seen), Table.Cell("promised: \(fact.promised)", .dim))
    }
    facts.print(to: output)
  }
}
