import ArgumentParser
import Migrations
import PostgresClient
import Synchronization
import Verification

/// `muster migrate` over many targets: what is going on as it goes on, and a report of each in the end.
struct FleetRun {
  let fleet: Fleet
  let directory: String
  let options: Migrator.Options
  /// What each target is held to before it commits; nil without --verify.
  let table: Expectations?
  let json: Bool
  let isQuiet: Bool

  func run() async throws {
    if table != nil, let tenant = fleet.targets.first(where: { $0.schema != nil }) {
      throw UsageError(
        message: "--verify proves databases, and \(tenant.name) is a schema",
        hint: "The table of access names its schemas; migrate the tenants' databases, or without --verify.")
    }
    // A folder that is none is one fault, not one of each target.
    do { _ = try MigrationFolder(reading: directory, as: options.tool) } catch {
      throw MigrationError.files(error)
    }
    let works = Dictionary(uniqueKeysWithValues: fleet.targets.map { ($0, TargetWork(table)) })
    let watch = FleetWatch(fleet.targets, isQuiet: isQuiet, json: json)
    let outcomes = await fleet.migrate {
      target in
      target.migrator(directory: directory, options: works[target]?.amended(options) ?? options)
    } telling: { target, event in
      works[target]?.log.tell(event)
      watch.tell(target, event)
    } report: { outcome in
      watch.tell(outcome)
      if json { Output.standard.line(line(outcome, works)) }
    }
    watch.finish()
    if json {
      for outcome in outcomes where FleetState(outcome.state) == .notBegun {
        Output.standard.line(line(outcome, works))
      }
    } else if !isQuiet {
      show(outcomes, works)
    }
    if outcomes.exitCode != 0 { throw ExitCode(outcomes.exitCode) }
  }

  private func line(_ outcome: Fleet.Outcome, _ works: [FleetTarget: TargetWork]) -> String {
    let work = works[outcome.target]
    return encoded(FleetLine(outcome, applied: work?.log.applied ?? [], proofs: work?.proof?.attempts))
  }

  private func show(_ outcomes: [Fleet.Outcome], _ works: [FleetTarget: TargetWork]) {
    let labels = FleetLabels(fleet.targets)
    var table = Table(.left("target"), .left("state"), .left("version"), .right("applied"), .right("took"))
    for outcome in outcomes {
      let state = FleetState(outcome.state)
      let applied = works[outcome.target]?.log.applied ?? []
      let begun = state != .notBegun
      table.add(
        Table.Cell(labels.label(outcome.target)),
        Table.Cell(state.rawValue.replacing("-", with: " "), state.style),
        Table.Cell(outcome.version ?? applied.last?.file.version.digits ?? ""),
        Table.Cell(begun ? "\(applied.count)" : ""), Table.Cell(begun ? outcome.took.brief : ""))
    }
    if !outcomes.isEmpty { table.print() }
    Output.standard.line(summary(outcomes))
  }

  private func summary(_ outcomes: [Fleet.Outcome]) -> String {
    guard !outcomes.isEmpty else { return "nothing is left to do: every target is done" }
    let states: [FleetState] = [.migrated, .upToDate, .failed, .notBegun]
    let parts = states.compactMap { state in
      let count = outcomes.count { FleetState($0.state) == state }
      return count > 0 ? "\(count) \(state.rawValue.replacing("-", with: " "))" : nil
    }
    return "\(counted(outcomes.count, "target")): \(parts.joined(separator: ", "))"
  }
}

extension Fleet.Outcome {
  /// The version that the target is at; nil where the run did not come to say so.
  var version: String? {
    switch state {
    case .migrated(let report), .upToDate(let report): report.version?.digits
    case .failed, .notBegun: nil
    }
  }
}

/// What is kept of one target while it is at work.
private struct TargetWork {
  let log = MigrationLog(isQuiet: true)
  let proof: Proof?

  init(_ table: Expectations?) { proof = table.map { [log] in Proof($0, log: log) } }

  func amended(_ options: Migrator.Options) -> Migrator.Options {
    var options = options
    if let proof { options.beforeCommit = { try proof.look($0) } }
    return options
  }
}

/// Tells on stderr how far a fleet is: one line that changes where a person looks, a line for each target otherwise.
private final class FleetWatch: Sendable {
  private let count: Int
  private let labels: FleetLabels
  private let isQuiet: Bool
  private let isSilent: Bool
  private let progress: Progress
  private let state = Mutex(State())

  private struct State {
    var done = 0
    var failed = 0
    var atWork: [FleetTarget] = []
  }

  init(_ targets: [FleetTarget], isQuiet: Bool, json: Bool) {
    count = targets.count
    labels = FleetLabels(targets)
    self.isQuiet = isQuiet
    isSilent = isQuiet || json
    progress = Progress(quiet: isQuiet)
  }

  func tell(_ target: FleetTarget, _ event: MigrationEvent) {
    let line = state.withLock { state in
      if !state.atWork.contains(target) { state.atWork.append(target) }
      return text(state)
    }
    progress.show(line)
    if !isSilent, let remark = event.remark { say(target, remark) }
  }

  func tell(_ outcome: Fleet.Outcome) {
    let line = state.withLock { state in
      state.atWork.removeAll { $0 == outcome.target }
      state.done += 1
      if !outcome.isDone { state.failed += 1 }
      return text(state)
    }
    switch outcome.state {
    case .failed(let error): say(outcome.target, "\(error)")
    case .migrated(let report):
      let what = "\(counted(report.applied.count, "migration")) in \(outcome.took.brief)"
      if !isSilent, !Output.error.isTerminal { say(outcome.target, "applied \(what)") }
    case .upToDate, .notBegun: break
    }
    progress.show(line)
  }

  func finish() { progress.clear() }

  private func text(_ state: State) -> String {
    let failed = state.failed > 0 ? ", \(state.failed) failed" : ""
    let names = state.atWork.map(labels.label).joined(separator: ", ")
    return "\(state.done) of \(count) done\(failed)" + (names.isEmpty ? "" : "; at work: \(names)")
  }

  private func say(_ target: FleetTarget, _ text: String) {
    progress.clear()
    Output.error.line("muster: \(labels.label(target)): \(text)")
  }
}
