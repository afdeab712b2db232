import ArgumentParser
import FoundationEssentials
import PostgresClient
import Seeding

/// `muster seed`: test data for the five features.
struct SeedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seed",
    abstract: "Fill the five features with test data, relative to now.",
    discussion: """
      The same --seed, --scale and --as-of make the same rows. All of it is there in the end, or nothing: it is one \
      transaction. muster unseed takes exactly that back.
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Option(help: "Which filling, 0 to 65535; two of them can be in one database.")
  var seed: UInt16 = 1

  @Option(help: "How much: 1 is a thousand users and eight days of twenty thousand page beats.")
  var scale = 1.0

  @Option(
    help: ArgumentHelp(
      "What “now” is; without it, the server's time.", valueName: "time, such as 2026-05-01T12:00:00Z"))
  var asOf: SeedTime?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard scale > 0, scale <= 10_000 else { throw ValidationError("--scale is above 0 and at most 10000.") }
  }

  func run() async throws {
    let seeder = Seeder(try database.required())
    let now = if let asOf { asOf.timestamp } else { try await seeder.serverTime() }
    let progress = Progress(quiet: verbosity.quiet)
    defer { progress.clear() }
    let tallies = try await seeder.seed(SeedPlan(seed: seed, scale: scale, asOf: now)) {
      progress.show("\($0.table)  \($0.rows.grouped) of \($0.of.grouped)")
    }
    progress.clear()
    try SeedTallies(verb: "seeded", seed: seed, tallies: tallies).tell(json: json, quiet: verbosity.quiet)
  }
}

/// A time as RFC 3339 writes it.
struct SeedTime: ExpressibleByArgument {
  let timestamp: Timestamp

  init?(argument: String) {
    guard let date = try? Date(argument, strategy: .iso8601) else { return nil }
    timestamp = Timestamp(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
  }
}

/// What was seeded or taken back, to be told.
struct SeedTallies {
  let verb: String
  let seed: UInt16?
  let tallies: [Seeder.Tally]

  private struct Summary: Encodable {
    let seed: UInt16?
    let tables: [Seeder.Tally]
    let rows: Int
  }

  func tell(json: Bool, quiet: Bool) throws {
    let rows = tallies.reduce(0) { $0 + $1.rows }
    let output = Output.standard
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let summary = Summary(seed: seed, tables: tallies, rows: rows)
      output.line(String(decoding: try encoder.encode(summary), as: UTF8.self))
    } else if !quiet {
      var table = Table(.left("table"), .right("rows"))
      for tally in tallies { table.add(Table.Cell(tally.table), Table.Cell(tally.rows.grouped)) }
      table.print(to: output)
      output.line("\n\(verb) \(rows.grouped) rows")
    }
  }
}

extension SeedError: HasExitStatus {
  var exitStatus: ExitStatus {
    switch self {
    case .missing: .usage
    case .alreadySeeded, .referred: .failed
    }
  }
}
