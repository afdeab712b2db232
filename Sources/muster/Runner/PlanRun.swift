import Migrations
import PostgresClient

/// `muster migrate --plan`: what is pending, run on a copy of the database where one can be had.
struct PlanRun {
  let migrator: Migrator
  let options: PlanOptions
  let json: Bool
  let isQuiet: Bool

  /// What came of a copy.
  private enum Outcome: Sendable {
    case rehearsed(RehearsalReport, copy: String)
    /// Why there is no copy.
    case missing(String)
  }

  func run() async throws {
    let plan: MigrationPlan
    do {
      plan = try await migrator.plan()
    } catch {
      if json { Output.standard.line(MigrationJSON(applied: [], error: error).text) }
      throw error
    }
    guard !plan.isEmpty else { return show(plan, nil) }
    let outcome = try await rehearse()
    show(plan, outcome)
    if case .rehearsed(let report, _) = outcome, let failure = report.failure {
      throw RehearsalFailure(failure)
    }
  }

  private func rehearse() async throws -> Outcome {
    let progress = Progress(quiet: isQuiet || json)
    defer { progress.clear() }
    progress.show("reading the schema")
    let server = try options.scratch.server()
    try await SharedScratchServer.tidy(server)
    let environment = try await TargetEnvironment.read(migrator.settings)
    let schema = try await SchemaCopy(of: migrator.settings)
    progress.show("making a copy without rows")
    do {
      return try await ScratchDatabase.with(like: environment, on: server) { scratch in
        let version = try await schema.write(to: scratch.settings)
        progress.show("running the files on the copy")
        let report = try await migrator.rehearse(on: scratch.settings, sparingServer: server != nil)
        let place = server == nil ? "a throw-away" : "a scratch database on"
        return .rehearsed(report, copy: "\(place) PostgreSQL \(version)")
      }
    } catch let error as UsageError where server == nil {
      return .missing("\(error)")
    } catch let error as CopyError {
      return .missing("\(error)")
    }
  }

  private func show(_ plan: MigrationPlan, _ outcome: Outcome?) {
    switch outcome {
    case .rehearsed(let report, let copy):
      let text = PlanText(plan: plan, rehearsal: report, copy: copy, largeFrom: options.large.bytes)
      let result = PlanJSON(plan, report, copy: copy, largeFrom: options.large.bytes)
      if json { Output.standard.line(result.text) } else { text.print() }
    case .missing(let reason):
      if json { return Output.standard.line(PlanJSON(plan, notRehearsed: reason).text) }
      MigrationPlanText(plan).print()
      Output.error.line("muster: locks, rewrites and scans are not known, for nothing was run: \(reason)")
    case nil:
      if json { Output.standard.line(PlanJSON(plan).text) } else { MigrationPlanText(plan).print() }
    }
  }
}

/// A file that does not run to its end on the copy, and so would not on the database.
struct RehearsalFailure: HasExitStatus, CustomStringConvertible {
  let cause: MigrationError

  init(_ cause: MigrationError) { self.cause = cause }

  var exitStatus: ExitStatus { cause.exitStatus }

  var description: String {
    guard case .statement(let failure) = cause else { return "on the copy: \(cause)" }
    let aftermath = "This was on the copy: nothing was changed in the database."
    return [failure.account, failure.advice, aftermath].compactMap(\.self).joined(separator: "\n")
  }
}
