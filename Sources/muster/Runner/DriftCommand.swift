import ArgumentParser
import Catalog
import Migrations
import PostgresClient

/// `muster drift`: whether a database is what its migrations make.
struct DriftCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Show how a database differs from what its applied migrations make.",
    discussion: """
      Runs the applied files on a scratch database, reads the whole catalog there and on the target, and prints each \
      difference in one line with the SQL that would undo it. What is pending is no difference; neither are partitions \
      that jobs make and drop, nor anything in the tables but scheduled jobs. On the target it only reads.

      The scratch database is on a throw-away server of the target's major version, started from the programs installed \
      here, or on the server that --scratch-url names. It has the target's roles by name.

      --ignore takes a kind, a name, or both; * stands for anything:

        --ignore 'extension pg_stat_statements' --ignore 'audit.*' --ignore '*: comment'

      Exit codes: 0 no difference · 1 differences · 2 usage or connection, or the files cannot be run on the scratch \
      database · 4 an applied file was edited or is gone.

        muster drift --database-url postgresql://localhost/app
        muster drift --json | jq -r '.differences[].undo[]'
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var folder: FolderOptions
  @OptionGroup var variables: VariableOptions
  @OptionGroup var scratch: ScratchOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Option(help: ArgumentHelp("Leave out what matches. Can be given several times.", valueName: "pattern"))
  var ignore: [String] = []

  @Flag(help: "Print the differences as one JSON object.")
  var json = false

  func run() async throws {
    let migrator = Migrator(
      try database.required(), directory: folder.path, options: try options())
    let progress = Progress(quiet: verbosity.quiet || json)
    defer { progress.clear() }
    let patterns = ignore.map { IgnorePattern($0) }
    let drift = try await DriftSurvey(migrator: migrator, scratch: try scratch.server()) { progress.show($0) }
      .drift()
    progress.clear()
    let report = DriftReport(drift, leavingOut: patterns, hiding: migrator.given())
    if json {
      Output.standard.line(report.json)
    } else {
      for remark in report.remarks where !verbosity.quiet { Output.error.line("muster: \(remark)") }
      report.print(quiet: verbosity.quiet)
    }
    if !report.differences.isEmpty { throw ExitStatus.failed.code }
  }

  private func options() throws -> Migrator.Options {
    var options = Migrator.Options()
    options.musterVersion = Muster.configuration.version
    options.tool = folder.layout
    options.context = try variables.context()
    return options
  }
}
