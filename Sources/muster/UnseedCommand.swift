import ArgumentParser
import PostgresClient
import Seeding

/// `muster unseed`: takes the test data back.
struct UnseedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unseed",
    abstract: "Take back what muster seed has put there, and nothing else.",
    discussion: """
      Seeded rows are known by their ids. Where rows that were not seeded refer to them, nothing is taken back, and \
      the message says which.
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Option(help: "Which filling; without it, all of them.")
  var seed: UInt16?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let progress = Progress(quiet: verbosity.quiet)
    defer { progress.clear() }
    let tallies = try await Seeder(database.required()).unseed(seed) {
      progress.show("\($0.table)  \($0.rows.grouped)")
    }
    progress.clear()
    try SeedTallies(verb: "took back", seed: seed, tallies: tallies).tell(json: json, quiet: verbosity.quiet)
  }
}
