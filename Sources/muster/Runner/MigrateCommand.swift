import ArgumentParser
import Migrations
import PostgresClient
import Synchronization

/// `muster migrate`: applies what is pending.
struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Apply the pending migrations of a folder, in order, each once.",
    discussion: """
      Files are named <digits>_<name>.sql. Each runs in one transaction together with its row in muster.migration, under \
      a lock that lets one runner at a time into the database. An error rolls its file back, is shown with file, line \
      and column, and ends the run; what was applied before stays.

      Comments at the top of a file steer it:

        -- muster: no-transaction             each statement commits on its own
        -- muster: lock-timeout 10s           how long one attempt waits for a lock
        -- muster: statement-timeout 1h       how long one statement may take
        -- muster: requires-extension NAME    created first, where it is not there
        -- muster: env NAME                   makes the environment's NAME :NAME

      Right above a statement, lock-timeout and statement-timeout hold for it alone. In a no-transaction file

        -- muster: batch

      above an INSERT, UPDATE, DELETE or MERGE repeats it until it changes no row. Each round commits on its own.

      A run that was stopped, with kill -9 too, goes on where it was when it is started again. What can be in a \
      transaction has then run exactly once. INVALID indexes and half detached partitions that a CONCURRENTLY left are \
      dropped and built again, or finished. A VACUUM, or a procedure that commits, runs at least once: killed before its \
      end was noted it runs again, so it must bear that.

      Nobody who reads or writes a table waits behind a migration that itself waits for longer than the lock timeout. An \
      attempt that did not get its lock is rolled back, tried again after a pause, and says who holds it.

      Functions, views, policies, triggers and jobs may be files in objects/ in the folder: what changed there is \
      replaced behind the files, in one transaction. hooks/before_deploy.sql and hooks/after_deploy.sql run before and \
      behind all that, each time there is something to do.

      Exit codes: 0 up to date · 1 a migration, a code object or a proof failed · 2 usage or connection · 4 an applied \
      file was edited, is gone, or comes too late · 5 a lock was not to be had.

        muster migrate --database-url postgresql://localhost/app
        muster migrate --plan
        muster migrate --to 12
        muster migrate --verify --expectations access.yaml
        muster migrate --targets tenants.txt --parallel 8 --json > report.json
        muster migrate --targets tenants.txt --resume report.json
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var folder: FolderOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Flag(
    help: """
      Run what is pending on a copy without rows, show what each statement locks, rewrites and scans, and change \
      nothing.
      """)
  var plan = false

  @Option(
    help: ArgumentHelp(
      "Go to this version: apply files up to it, and take back what is above it with the .down.sql files. 0 takes everything back.",
      valueName: "version"))
  var to: Version?

  @Flag(help: "Apply files below applied ones too, where they came late, in place of exit code 4.")
  var allowOutOfOrder = false

  @Flag(help: "Print the outcome as one JSON object.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "How long one attempt of a file waits for a lock on a relation.", valueName: "duration"))
  var lockTimeout = Timeout(milliseconds: 2000)

  @Option(help: ArgumentHelp("How long a file that got no lock is tried again.", valueName: "duration"))
  var retryFor = Timeout(milliseconds: 300_000)

  @Option(help: ArgumentHelp("How long to wait for another runner to finish.", valueName: "duration"))
  var lockWait = Timeout(milliseconds: 300_000)

  @Flag(help: "Run files that another tool's history says it has applied already.")
  var ignoreForeignHistory = false

  @OptionGroup var variables: VariableOptions
  @OptionGroup var planning: PlanOptions
  @OptionGroup var proof: ProofOptions
  @OptionGroup var fleet: FleetOptions

  func validate() throws {
    if plan, fleet.isWanted { throw ValidationError("--plan is for one database.") }
  }

  func run() async throws {
    if fleet.isWanted || plan { await SignalWatch.ofThisProcess.listen() }
    if fleet.isWanted {
      let run = FleetRun(
        fleet: try await fleet.fleet(database), directory: folder.path, options: try options(),
        table: try proof.table(), json: json, isQuiet: verbosity.quiet)
      return try await run.run()
    }
    let log = MigrationLog(isQuiet: verbosity.quiet || json)
    let proof = try proof.table().map { Proof($0, log: log) }
    var options = try options()
    if let proof { options.beforeCommit = { try proof.look($0) } }
    options.whenBehind = { await SignalWatch.ofThisProcess.listen() }
    let migrator = Migrator(try database.required(), directory: folder.path, options: options)
    if plan {
      return try await PlanRun(migrator: migrator, options: planning, json: json, isQuiet: verbosity.quiet)
        .run()
    }
    do {
      let report = try await migrator.migrate { log.tell($0) }
      log.finish()
      if json {
        return Output.standard.line(MigrationJSON(report: report, proofs: proof?.attempts).with(log).text)
      }
      if !verbosity.quiet { log.conclude(report) }
    } catch {
      if case .refused = error, let proof { await proof.lookAgain(at: migrator.settings) }
      log.finish()
      if let older = proof?.older { Output.error.line("muster: \(older)") }
      if json {
        let outcome = MigrationJSON(applied: log.applied, error: error, proofs: proof?.attempts)
        Output.standard.line(outcome.with(log).text)
      }
      // Of an interruption only the fact is told elsewhere, not what became of the file.
      if error.isCancellation { Output.error.line("muster: \(error)") }
      throw error
    }
  }

  private func options() throws -> Migrator.Options {
    var options = Migrator.Options()
    options.lockTimeout = lockTimeout
    options.retryFor = retryFor.duration
    options.lockWait = lockWait.duration
    options.target = to.map(Target.version) ?? .newest
    options.allowsOutOfOrder = allowOutOfOrder
    options.musterVersion = Muster.configuration.version
    options.tool = folder.layout
    options.context = try variables.context()
    options.ignoresForeignHistory = ignoreForeignHistory
    return options
  }
}

/// Where the migrations are.
struct FolderOptions: ParsableArguments {
  @Option(
    name: .customLong("dir"), help: ArgumentHelp("The folder with the migrations.", valueName: "folder"),
    completion: .directory)
  var path = "migrations"

  @Option(
    help: ArgumentHelp(
      "Whose names and markers the files have, where that is not plain from the files.", valueName: "tool"))
  var layout: Tool?
}

extension Version: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Tool: ExpressibleByArgument {}

extension Timeout: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { written }

  var duration: Duration { .milliseconds(milliseconds) }
}

extension MigrationError: HasExitStatus {
  var exitStatus: ExitStatus {
    isCancellation ? .interrupted : ExitStatus(rawValue: exitCode) ?? .failed
  }
}
