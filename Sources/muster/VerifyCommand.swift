import ArgumentParser
import PostgresClient
import Synchronization
import Verification

/// `muster verify`: holds a database to its promises.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Check on a live database that row level security, staleness, triggers and jobs do what they promise.",
    discussion: """
      With no database named it starts a throw-away PostgreSQL, migrates it and checks everything. On a database that \
      is named, all but the simulated clients' rows is rolled back, and those come only with --clients.

        muster verify
        muster verify --only rooms 'access.*' --format tap
        muster verify --database-url postgresql://localhost/app --expectations access.yaml
        muster verify --list --format markdown
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, tap, json, markdown }

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Option(
    help: ArgumentHelp("Who may do what: the table to hold the database to.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var expectations: String?

  @Option(
    name: .customLong("dir"),
    help: ArgumentHelp("The migrations for the throw-away database.", valueName: "folder"),
    completion: .directory)
  var directory: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Checks of these names; a feature's name means all of its checks, * stands for anything."))
  var only: [String] = []

  @Option(help: "Reproduces a run: whatever is random is drawn from it.")
  var seed: UInt64?

  @Option(help: "How many simulated clients there are at once.")
  var clients: Int?

  @Option(help: "text, tap or json; with --list text or markdown.")
  var format = Format.text

  @Flag(help: "Print the promises and their checks, and check nothing.")
  var list = false

  @Flag(help: "Do not wait up to a minute to see pg_cron run a job.")
  var fast = false

  func validate() throws {
    if list, format == .tap || format == .json { throw ValidationError("--list is text or markdown.") }
    if !list, format == .markdown {
      throw ValidationError("Markdown is for --list; a run is text, tap or json.")
    }
    if let clients, clients < 1 { throw ValidationError("--clients is at least 1.") }
  }

  func run() async throws {
    let table = try Expectations.read(expectations)
    var suite = Suite.complete(expectations: table).only(only)
    if fast { suite = suite.withoutSlow }
    if list { return show(CheckList(suite)) }
    let seed = seed ?? UInt64.random(in: 1...999_999)
    let verdict: Verdict
    if let settings = try database.named() {
      verdict = try await verify(suite, on: settings, allowance: .named, seed: seed)
    } else {
      let migrations = try directory ?? Provisions.path(of: "migrations", option: "--dir")
      say("muster: no database is named, so this is a throw-away PostgreSQL")
      verdict = try await ThrowAwayDatabase.with(migrations: migrations) { settings in
        try await verify(suite, on: settings, allowance: .throwaway, seed: seed)
      }
    }
    try tell(verdict, seed: seed)
  }

  private func verify(
    _ suite: Suite, on settings: ConnectionSettings, allowance: CheckContext.Allowance, seed: UInt64
  ) async throws -> Verdict {
    let progress = Progress(quiet: verbosity.quiet)
    defer { progress.clear() }
    let context = CheckContext(
      settings: settings, allowance: allowance, seed: seed, clients: clients, progress: { progress.show($0) })
    let done = Atomic(0)
    let runner = Runner(context: context) { result in
      let count = done.add(1, ordering: .relaxed).newValue
      progress.show("\(count) of \(suite.checks.count)  \(result.check.name)")
    }
    return try await runner.run(suite)
  }

  private func tell(_ verdict: Verdict, seed: UInt64) throws {
    let output = Output.standard
    switch format {
    case .tap: output.write(verdict.rendered(as: .tap))
    case .json: output.write(verdict.rendered(as: .json))
    case .text, .markdown:
      output.write(verdict.rendered(as: .text, colour: output.hasColour))
      say("muster: the same run again: --seed \(seed)")
    }
    if verdict.exitCode != 0 { throw ExitCode(verdict.exitCode) }
  }

  private func show(_ list: CheckList) {
    Output.standard.write(format == .markdown ? list.markdown : list.text)
  }

  private func say(_ text: String) {
    if !verbosity.quiet { Output.error.line(text) }
  }
}
