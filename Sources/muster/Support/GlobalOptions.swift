import ArgumentParser
import FoundationEssentials
import PostgresClient

/// Which database a command works on.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: .customLong("database-url"),
    help: ArgumentHelp(
      "The database to work on, as a URL or as libpq's keywords.",
      discussion: """
        Without it, DATABASE_URL counts, then libpq's PG* variables and service file. Keep passwords in \
        DATABASE_URL, PGPASSWORD or ~/.pgpass: arguments can be seen by everyone on the machine.
        """,
      valueName: "url"))
  var databaseURL: String?

  /// The database that is named, or nil.
  func named() throws -> ConnectionSettings? {
    try ConnectionSettings.resolve(option: databaseURL, environment: ProcessInfo.processInfo.environment)
      .map { $0.parameters["application_name"] == nil ? $0.with("application_name", "muster") : $0 }
  }

  /// The database that is named.
  func required() throws -> ConnectionSettings {
    if let settings = try named() { return settings }
    throw UsageError(
      message: "no database is named",
      hint: """
        Name it with --database-url postgresql://user@host/database, with DATABASE_URL, or with PGHOST and PGDATABASE.
        To try Muster on a throw-away PostgreSQL instead: muster demo
        """)
  }
}

/// How much a command says.
struct VerbosityOptions: ParsableArguments {
  @Flag(name: [.customShort("q"), .long], help: "Print errors and what was asked for, and nothing else.")
  var quiet = false
}
