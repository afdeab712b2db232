import ArgumentParser
import Migrations

/// `muster repair`: makes the history agree with the files, where somebody has looked and says so.
struct RepairCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Show what would make the history agree with the files, and do it when told to.",
    discussion: """
      An edited file counts as applied as it is now; a version whose file is gone is forgotten; checksums of changed line \
      ends or of an older Muster are noted anew; notes of half-done files that are gone, or run in one transaction now, are \
      forgotten. Each is shown with its reason, and an edited file with its difference. Nothing but the history changes, in \
      one transaction.

      Without --yes it asks at a terminal; in a pipeline it shows what it would do and exits with 1. Exit codes: 0 nothing \
      to repair, or repaired · 1 shown and not done · 2 usage or connection · 4 something is wrong that no repair mends.

        muster repair
        muster repair 12 --yes
        muster repair --forget 14
      """)

  @OptionGroup var target: TargetOptions

  @Argument(help: "Repair these versions only.")
  var versions: [Version] = []

  @Option(
    help: ArgumentHelp(
      "Have the history forget this version, whether its file is there or not.", valueName: "version"))
  var forget: [Version] = []

  @Option(
    help: ArgumentHelp(
      "Have a half-done no-transaction file begin again.", valueName: "version"))
  var restart: [Version] = []

  @OptionGroup var consent: ConsentOptions

  @Flag(help: "Print what is to be changed, and whether it was, as one JSON object.")
  var json = false

  func run() async throws {
    var wishes = RepairWishes()
    wishes.only = Set(versions)
    wishes.forget = forget
    wishes.restart = restart
    let migrator = try target.migrator()
    let plan = try await migrator.repairPlan(wishes)
    let text = RepairText(plan)
    if !json { text.print() }
    var isDone = false
    if !plan.changes.isEmpty, try await consent.isGiven(for: "Change the history like this?") {
      let log = MigrationLog(isQuiet: json)
      try await migrator.repair(plan, wishes) { log.tell($0) }
      isDone = true
    }
    if json { Output.standard.line(text.json(isDone: isDone)) } else { text.conclude(isDone: isDone) }
    if !plan.changes.isEmpty, !isDone { throw ExitStatus.failed.code }
    if !plan.beyondRepair.isEmpty { throw ExitStatus.history.code }
  }
}

/// What `muster repair` would change, as text or as JSON.
private struct RepairText {
  let plan: RepairPlan

  init(_ plan: RepairPlan) { self.plan = plan }

  func print() {
    let output = Output.standard
    for change in plan.changes {
      output.line(change.headline)
      if let diff = change.difference { output.line(output.coloured(DiffText(diff))) }
      if let sql = change.lostSQL { output.line(LostText(sql).plain) }
    }
    for unfinished in plan.foreign {
      output.line(
        "version \(unfinished.version) is begun and not finished, and its file is not here; where nobody will finish it:"
          + " muster repair --restart \(unfinished.version)")
    }
    for fault in plan.beyondRepair { output.line(fault.text(for: output)) }
  }

  func conclude(isDone: Bool) {
    let count = counted(plan.changes.count, "repair")
    if plan.changes.isEmpty {
      Output.standard.line(
        plan.beyondRepair.isEmpty ? "nothing to repair" : "nothing that a repair would mend")
    } else {
      Output.standard.line(
        isDone ? "\(count) made" : "\(count) to make; nothing was changed (--yes makes them)")
    }
  }

  func json(isDone: Bool) -> String {
    encoded(
      JSON(
        repaired: isDone,
        changes: plan.changes.map {
          .init(
            kind: $0.kind, version: $0.version.digits, message: $0.headline, diff: $0.difference?.text,
            sql: $0.lostSQL)
        },
        faults: plan.beyondRepair.map(HistoryFaultJSON.init)))
  }

  private struct JSON: Encodable {
    struct Change: Encodable {
      let kind: String
      let version: String
      let message: String
      let diff: String?
      let sql: String?
    }

    let repaired: Bool
    let changes: [Change]
    let faults: [HistoryFaultJSON]
  }
}
