import ArgumentParser
import PostgresClient

/// `muster tick`: does what is due, where pg_cron cannot or is not there.
struct TickCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tick",
    abstract: "Refresh live counts and run the jobs that are due.",
    discussion: """
      Once, or with --watch four times a second until it is told to end. Any number of them may run against one \
      database: each job runs once, whoever asks first.

        muster tick --watch --database-url postgresql://localhost/app
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var verbosity: VerbosityOptions

  @Flag(help: "Go on until Ctrl-C or TERM; connect again when the server has gone away.")
  var watch = false

  func run() async throws {
    let settings = try database.required()
    let connection = try await PostgresConnection.connect(settings)
    let tick = try await Tick.run(on: connection)
    guard watch else {
      await connection.close()
      if !verbosity.quiet { Output.standard.line(tick.description) }
      if tick.failed > 0 { throw ExitStatus.failed.code }
      return
    }
    if !verbosity.quiet { Output.error.line("muster: ticking four times a second; Ctrl-C ends it") }
    try await TickLoop(settings: settings).run(from: connection)
  }
}

/// What one call of `muster.tick()` did.
struct Tick: Sendable, CustomStringConvertible {
  var refreshed: Int
  var ran: Int
  var failed: Int

  static func run(on connection: PostgresConnection) async throws -> Tick {
    do {
      return try await connection.run { connection in
        let rows = try connection.query("select refreshed, ran, failed from muster.tick()")
        guard let row = rows.first else { throw UsageError(message: "muster.tick() returned nothing") }
        return try Tick(
          refreshed: row.decode(Int.self, at: 0), ran: row.decode(Int.self, at: 1),
          failed: row.decode(Int.self, at: 2))
      }
    } catch let error as PostgresError {
      throw Self.explained(error)
    }
  }

  /// A database without Muster and one that does not let us are faults of the call, and say what to do.
  private static func explained(_ error: PostgresError) -> any Error {
    switch error.code {
    case "3F000", "42883":
      UsageError(message: "Muster is not in this database", hint: "Put it there with: muster migrate")
    case .insufficientPrivilege:
      UsageError(
        message: error.message, hint: "Tick as the owner of the database, or as a role granted EXECUTE.")
    default: error
    }
  }

  var description: String {
    let jobs = failed == 0 ? "\(ran) jobs run" : "\(ran) jobs run, \(failed) of them failed (see muster.job)"
    return "\(refreshed) counts refreshed, \(jobs)"
  }
}

/// Ticks on a beat that does not drift. A server that goes away is waited for, a little longer each time.
struct TickLoop: Sendable {
  var settings: ConnectionSettings
  private let clock = ContinuousClock()
  private let interval = Duration.milliseconds(250)
  private let longestPause = Duration.seconds(30)

  init(settings: ConnectionSettings) {
    self.settings = settings
  }

  /// - Throws: `CancellationError` when it is told to end, and whatever waiting cannot mend.
  func run(from first: PostgresConnection) async throws {
    var connection: PostgresConnection? = first
    var pause = interval
    var failing = 0
    while true {
      let start = clock.now
      do {
        let current = if let connection { connection } else { try await PostgresConnection.connect(settings) }
        if connection == nil { Output.error.line("muster: connected again") }
        connection = current
        failing = try await tellFailures(Tick.run(on: current), before: failing)
        pause = interval
      } catch let error as PostgresError where Self.canPass(error) {
        try Task.checkCancellation()
        Output.error.line("muster: \(error)\nmuster: trying again in \(pause)")
        await connection?.close()
        connection = nil
        pause = min(pause * 2, longestPause)
      }
      try await clock.sleep(until: start + pause)
    }
  }

  /// Says so when jobs begin to fail, not at every beat while they do.
  private func tellFailures(_ tick: Tick, before: Int) -> Int {
    if tick.failed > 0, before == 0 { Output.error.line("muster: \(tick)") }
    return tick.ran > 0 ? tick.failed : before
  }

  /// Whether the next attempt may fare better: the server is away, full, or in the middle of something.
  static func canPass(_ error: PostgresError) -> Bool {
    switch error.kind {
    case .connection, .closed, .timeout: true
    case .server: ["40", "53", "55", "57", "58"].contains(error.code?.category ?? "")
    default: false
    }
  }
}
