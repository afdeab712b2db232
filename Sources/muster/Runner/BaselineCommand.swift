import ArgumentParser
import Migrations

/// `muster baseline`: a database that was there before its migrations were.
struct BaselineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Note the files up to a version as applied, and run none of them.",
    discussion: """
      For a database that was there before Muster and has what these files make. Versions that the history has already \
      stay as they are; what is above the version is pending afterwards.

      Without --yes it asks at a terminal; in a pipeline it shows what it would note and exits with 1. Where there is \
      nothing to note it exits with 0, so that a pipeline may say it each time.

        muster baseline 12 --yes
      """)

  @OptionGroup var target: TargetOptions

  @Argument(help: "The last version that the database has.")
  var version: Version

  @OptionGroup var consent: ConsentOptions

  @Flag(help: "Print what is to be noted, and whether it was, as one JSON object.")
  var json = false

  func run() async throws {
    let migrator = try target.migrator()
    var text = BaselineText(version: version, plan: try await migrator.baselinePlan(at: version))
    if !json { text.print() }
    if !text.plan.files.isEmpty, try await consent.isGiven(for: "Note them as applied?") {
      let log = MigrationLog(isQuiet: json)
      text.plan = try await migrator.baseline(at: version) { log.tell($0) }
      text.isDone = true
    }
    if json { Output.standard.line(text.json) } else { text.conclude() }
    if !text.plan.files.isEmpty, !text.isDone { throw ExitStatus.failed.code }
  }
}

/// What `muster baseline` would note, as text or as JSON.
private struct BaselineText {
  let version: Version
  var plan: BaselinePlan
  var isDone = false

  private var place: String { plan.view.surroundings.headline }

  func print() {
    guard !plan.files.isEmpty else { return }
    Output.standard.line("\(place): would count as applied, without being run:")
    for file in plan.files { Output.standard.line("  \(file.fileName)") }
    if plan.isEmptyDatabase {
      Output.error.line(
        "muster: warning: this database has no table of its own; a baseline is for one that has what the files make"
      )
    }
  }

  func conclude() {
    let count = counted(plan.files.count, "migration")
    if plan.files.isEmpty {
      Output.standard.line("\(place): every migration up to version \(version) is in the history already")
    } else {
      Output.standard.line(
        isDone
          ? "\(place): \(count) noted as applied, up to version \(version)"
          : "\(count) to note; nothing was changed (--yes notes them)")
    }
  }

  var json: String {
    encoded(
      JSON(
        database: plan.view.surroundings.database, version: version.digits, baselined: isDone,
        files: plan.files.map(\.path)))
  }

  private struct JSON: Encodable {
    let database: String
    let version: String
    let baselined: Bool
    let files: [String]
  }
}
