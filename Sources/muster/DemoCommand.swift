import ArgumentParser
import FoundationEssentials
import Migrations
import PostgresClient
import Synchronization
import TemporaryCluster

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

  @Option(name: .customLong("dir"), help: ArgumentHelp("The migrations to apply.", valueName: "folder"))
  var directory: String?

  @OptionGroup var verbosity: VerbosityOptions

  func run() async throws {
    let steps = Steps(quiet: verbosity.quiet)
    let migrations = try directory ?? Provisions.path(of: "migrations", option: "--dir")
    steps.heading("Muster on a throw-away PostgreSQL")

    let cluster = try await steps.run("server", doing: "starting PostgreSQL") {
      let cluster = try await TemporaryCluster.start(.init(cronDatabase: "postgres"))
      let cron = cluster.hasCron ? "with pg_cron" : "without pg_cron"
      return (cluster, "PostgreSQL \(cluster.binaries.version) \(cron), a socket in \(cluster.folder)")
    }
    do {
      try await show(cluster, migrations, steps)
    } catch {
      steps.progress.clear()
      await cluster.stop()
      throw error
    }
    if keep {
      let keeper = try await cluster.keep()
      steps.text(KeptCluster(folder: cluster.folder, keeper: keeper).description)
    } else {
      await cluster.stop()
    }
    steps.text(ownDatabase)
  }

  private func show(_ cluster: TemporaryCluster, _ migrations: String, _ steps: Steps) async throws {
    try await steps.run("migrate", doing: "migrating") {
      ((), try await migrate(cluster.settings, migrations, steps))
    }
  }

  private func migrate(_ settings: ConnectionSettings, _ folder: String, _ steps: Steps) async throws
    -> String
  {
    let extensionWay = Mutex("was there")
    let report = try await Migrator(settings, directory: folder).migrate { event in
      switch event {
      case .extensionCreated("muster", let asScript):
        extensionWay.withLock { $0 = asScript ? "as a plain script" : "by CREATE EXTENSION" }
      case .starting(let file, _): steps.progress.show("migrating \(file.name)")
      default: break
      }
    }
    let statements = report.applied.reduce(0) { $0 + $1.statements }
    return
      "\(report.applied.count) files, \(statements.grouped) statements, the extension \(extensionWay.withLock { $0 })"
  }

  private var ownDatabase: String {
    """

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
