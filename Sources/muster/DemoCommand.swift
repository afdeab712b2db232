import ArgumentParser
import Migrations
import PostgresClient
import Seeding
import Synchronization
import TemporaryCluster
import Verification

/// `muster demo`: all of it, on a PostgreSQL that is gone afterwards.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Start a throw-away PostgreSQL, put Muster into it, fill it and inspect it.",
    discussion: """
      Nothing is left of it afterwards: no process, no file, also after Ctrl-C and after kill -9.
      With --keep the server goes on running, and the last lines say how to reach it and how to end it.
      """)

  @Flag(help: "Leave the server running, and say how to reach it and how to end it.")
  var keep = false

  @Option(
    name: .customLong("dir"), help: ArgumentHelp("The migrations to apply.", valueName: "folder"),
    completion: .directory)
  var directory: String?

  @Option(
    help: ArgumentHelp("Who may do what: the table to hold the database to.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var expectations: String?

  @Option(help: "How many simulated clients there are at once.")
  var clients = 1000

  @Option(help: "Reproduces a run: whatever is random is drawn from it.")
  var seed: UInt64 = 1

  func validate() throws {
    if clients < 1 { throw ValidationError("--clients is at least 1.") }
  }

  @OptionGroup var verbosity: VerbosityOptions

  func run() async throws {
    let steps = Steps(quiet: verbosity.quiet)
    let migrations = try directory ?? Provisions.path(of: "migrations", option: "--dir")
    let whole = Suite.complete(expectations: try Expectations.read(expectations))
    let suite = whole.forDemonstration
    steps.heading("Muster on a throw-away PostgreSQL")
    let cluster = try await start(steps)
    let verdict: Verdict
    do {
      try await migrate(cluster, migrations, steps)
      try await seed(cluster, steps)
      // Simulated clients want to be alone: their oracle knows what each of them must see.
      try await unseed(cluster, steps)
      verdict = try await verify(cluster, suite, steps)
      if keep { try await seed(cluster, steps) }
    } catch {
      steps.progress.clear()
      await cluster.stop()
      throw error
    }
    show(verdict, leftOut: whole.checks.count - suite.checks.count, steps)
    if keep {
      let keeper = try await cluster.keep()
      steps.text(KeptCluster(folder: cluster.folder, keeper: keeper).description)
    } else {
      await cluster.stop()
    }
    if verdict.exitCode != 0 { throw ExitCode(verdict.exitCode) }
    steps.text(ownDatabase)
  }

  private func start(_ steps: Steps) async throws -> TemporaryCluster {
    try await steps.run("server", doing: "starting PostgreSQL") {
      let cluster = try await TemporaryCluster.start(.init(cronDatabase: "postgres"))
      let cron = cluster.hasCron ? "with pg_cron" : "without pg_cron"
      let version = cluster.binaries.version
      return .init(value: cluster, detail: "PostgreSQL \(version) \(cron), a socket in \(cluster.folder)")
    }
  }

  private func migrate(_ cluster: TemporaryCluster, _ folder: String, _ steps: Steps) async throws {
    try await steps.run("migrate", doing: "migrating") {
      if cluster.hasCron { try await ThrowAwayDatabase.createCron(in: cluster.settings) }
      let extensionWay = Mutex("was there")
      let report = try await Migrator(cluster.settings, directory: folder).migrate { event in
        switch event {
        case .extensionCreated("muster", let asScript):
          extensionWay.withLock { $0 = asScript ? "as a plain script" : "by CREATE EXTENSION" }
        case .starting(let file, _): steps.progress.show("migrating \(file.name)")
        default: break
        }
      }
      let way = extensionWay.withLock { $0 }
      return .init(
        value: (),
        detail:
          "\(report.applied.count) files, \(report.objects.count.grouped) code objects; the extension \(way)")
    }
  }

  private func seed(_ cluster: TemporaryCluster, _ steps: Steps) async throws {
    try await steps.run("seed", doing: "seeding") {
      let seeder = Seeder(cluster.settings)
      let tallies = try await seeder.seed(SeedPlan(asOf: seeder.serverTime())) {
        steps.progress.show("seeding \($0.table)  \($0.rows.grouped) of \($0.of.grouped)")
      }
      let rows = tallies.reduce(0) { $0 + $1.rows }
      let here = try await activeUsers(cluster.settings)
      return .init(
        value: (),
        detail: "\(rows.grouped) rows in \(tallies.count) tables; \(here.grouped) users are here now")
    }
  }

  private func unseed(_ cluster: TemporaryCluster, _ steps: Steps) async throws {
    try await steps.run("unseed", doing: "taking back what was seeded") {
      let tallies = try await Seeder(cluster.settings).unseed(nil)
      let rows = tallies.reduce(0) { $0 + $1.rows }
      return .init(value: (), detail: "\(rows.grouped) rows taken back, and nothing else")
    }
  }

  private func activeUsers(_ settings: ConnectionSettings) async throws -> Int {
    try await PostgresConnection.withConnection(to: settings) { connection in
      // The number may be a second old, and the seeding was quicker.
      _ = try connection.query("select muster.refresh_counts(true)")
      return try connection.query("select public.get_active_user_count()").scalar(Int.self)
    }
  }

  private func verify(_ cluster: TemporaryCluster, _ suite: Suite, _ steps: Steps) async throws -> Verdict {
    try await steps.run("verify", doing: "inspecting") {
      let context = CheckContext(
        settings: cluster.settings, allowance: .throwaway, seed: seed, clients: clients,
        progress: { steps.progress.show($0) })
      let done = Atomic(0)
      let verdict = try await Runner(context: context) { result in
        let count = done.add(1, ordering: .relaxed).newValue
        steps.progress.show("\(count) of \(suite.checks.count)  \(result.check.promise)")
      }.run(suite)
      let kept = "\(verdict.passed) of \(verdict.passed + verdict.failed) promises kept"
      return .init(
        value: verdict, detail: "\(kept), \(clients.grouped) simulated clients at once",
        isGood: verdict.exitCode == 0)
    }
  }

  /// A line for each feature, and everything about what failed.
  private func show(_ verdict: Verdict, leftOut: Int, _ steps: Steps) {
    guard !verbosity.quiet || verdict.failed > 0 else { return }
    steps.text("")
    FeatureTable(verdict, columns: steps.output.columns).table.print(to: steps.output)
    for result in verdict.results {
      guard case .skipped(let reason) = result.outcome else { continue }
      steps.text("\n  skipped: \(result.check.promise)\n           \(reason)")
    }
    if leftOut > 0 { steps.text("\n  \(leftOut) more promises take longer: muster verify checks them too.") }
    guard verdict.failed > 0 else { return }
    steps.output.write("\n" + failures(of: verdict).rendered(as: .text, colour: steps.output.hasColour))
    steps.text("How to see one of these again: muster verify --only its.name")
  }

  /// What failed, without the scripts that show it again.
  private func failures(of verdict: Verdict) -> Verdict {
    var failures = verdict
    failures.results = verdict.results.filter { !$0.findings.isEmpty }.map { result in
      var result = result
      result.outcome = .failed(result.findings.map { Finding($0.message, detail: $0.detail) })
      return result
    }
    return failures
  }

  private var ownDatabase: String {
    """
    \(keep ? "" : "\nTo keep this one and look around in it: muster demo --keep\n")
    On a database of your own:
      export DATABASE_URL=postgresql://user@host:5432/database
      muster migrate --plan    what would be done
      muster migrate           do it
      muster verify            inspect it; what the checks write is rolled back
      muster tick --watch      live counts and jobs, where pg_cron cannot run them
    """
  }
}

/// A server that goes on running, and what its owner must know of it.
struct KeptCluster: CustomStringConvertible {
  var folder: String
  var keeper: Int32

  var description: String {
    """

    The server goes on running.
      reach it:   psql 'host=\(folder) user=postgres'
                  export DATABASE_URL='postgresql:///postgres?host=\(folder)&user=postgres'
      its log:    \(folder)/log
      end it:     kill \(keeper)    which also removes \(folder)
    """
  }
}
