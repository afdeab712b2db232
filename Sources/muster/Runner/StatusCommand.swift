import ArgumentParser
import Migrations
import PostgresClient

/// `muster status`: what is applied, what is pending, what is wrong.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show which migrations a database has, and which it has not.",
    discussion: """
      Reads only. Shows of a no-transaction file that was begun how far it got, and of an edited one what changed. Exits with \
      4 where an applied file was edited or is gone, or a pending one comes too late; with --check, with 1 where a run would \
      have something to do.

        muster status --database-url postgresql://localhost/app
        muster status --check --json
        muster status --sql 12 > migrations/12_again.sql
      """)

  @OptionGroup var target: TargetOptions

  @Flag(help: "Exit with 1 where something is pending.")
  var check = false

  @Option(
    help: ArgumentHelp(
      "Print the SQL of this version as it was applied, and nothing else.", valueName: "version"))
  var sql: Version?

  @Flag(help: "Print the state as one JSON object.")
  var json = false

  func run() async throws {
    let migrator = try target.migrator()
    if let sql { return try await showSQL(of: sql, migrator) }
    let view: DatabaseView
    do {
      view = try await migrator.status()
    } catch {
      if json { Output.standard.line(MigrationJSON(applied: [], error: error).text) }
      throw error
    }
    let status = MigrationStatus(view)
    if json { Output.standard.line(status.json) } else { status.print() }
    if !view.reconciliation.faults.isEmpty { throw ExitStatus.history.code }
    if check, view.isPending { throw ExitStatus.failed.code }
  }

  private func showSQL(of version: Version, _ migrator: Migrator) async throws {
    guard let sql = try await migrator.appliedSQL(of: version) else {
      throw UsageError(message: "the history has no version \(version)")
    }
    Output.standard.write(sql)
  }
}

/// Every version that the files or the history know, and its state.
private struct MigrationStatus {
  struct Line: Encodable {
    let version: String
    let name: String
    let state: String
    /// How the database came to have it.
    var kind: String?
    var appliedAt: String?
    var appliedBy: String?
    var milliseconds: Double?
    var checksum: String?
  }

  struct HalfDoneJSON: Encodable {
    let version: String
    let direction: String
    let file: String?
    let done: Int
    let statements: Int?
    let next: String?
    let batchRounds: Int?
    let batchRows: Int?
  }

  private struct Report: Encodable {
    let database: String
    let version: String?
    let upToDate: Bool
    let migrations: [Line]
    let objects: [ObjectLine]
    let halfDone: [HalfDoneJSON]
    let owesHook: Bool
    let faults: [HistoryFaultJSON]
  }

  let view: DatabaseView
  let lines: [Line]

  init(_ view: DatabaseView) {
    self.view = view
    let reconciliation = view.reconciliation
    let faulty = Dictionary(reconciliation.faults.map { ($0.version, $0.kind) }) { first, _ in first }
    let ahead = Set(reconciliation.ahead.map(\.version))
    let begun = Set(view.past.unfinished.map(\.version))
    let applied = view.history.map { entry in
      let usual =
        begun.contains(entry.version)
        ? "half taken back" : ahead.contains(entry.version) ? "ahead" : "applied"
      return (entry.version, Line(entry, state: faulty[entry.version] ?? usual))
    }
    let pending = reconciliation.pending.map { file in
      let usual = begun.contains(file.version) ? "half done" : "pending"
      return (file.version, Line(file, state: faulty[file.version] ?? usual))
    }
    lines = (applied + pending).sorted { $0.0 < $1.0 }.map(\.1)
  }

  func print() {
    let output = Output.standard
    output.line(view.surroundings.headline)
    var table = Table(
      .left("version"), .left("name"), .left("state"), .left("applied at"), .left("by"), .right("ms"))
    for line in lines {
      table.add(
        "\(line.version)", "\(line.name)", Table.Cell(line.word, Self.style(line.state)),
        "\(line.appliedAt ?? "")",
        "\(line.appliedBy ?? "")", "\(line.milliseconds.map { String(Int($0.rounded())) } ?? "")")
    }
    table.print()
    let reconciliation = view.reconciliation
    output.line("\(view.history.count) applied, \(reconciliation.pending.count) pending")
    view.objects.tell()
    for halfDone in view.halfDone { output.line(halfDone.description) }
    if view.past.owesHook {
      output.line("\(Hooks.Moment.after.fileName) is still to run: an earlier run ended before it")
    }
    for applied in reconciliation.reencoded {
      output.line(
        "\(applied.file.path): its line ends or byte-order mark differ from what was applied; its text does not"
      )
    }
    for fault in reconciliation.faults { output.line(fault.text(for: output)) }
    if let foreign = view.foreign {
      output.line(
        "\(foreign.taken.count) of these were applied by \(foreign.history.tool.title), says \(foreign.history.table);"
          + " \"muster adopt\" takes that over")
    }
  }

  var json: String {
    encoded(
      Report(
        database: view.surroundings.database, version: view.version?.digits, upToDate: !view.isPending,
        migrations: lines, objects: view.objects.lines, halfDone: view.halfDone.map(HalfDoneJSON.init),
        owesHook: view.past.owesHook,
        faults: view.reconciliation.faults.map(HistoryFaultJSON.init)))
  }

  private static func style(_ state: String) -> Style? {
    switch state {
    case "applied": .green
    case "pending", "ahead", "half done": .yellow
    default: .red
    }
  }
}

extension MigrationStatus.Line {
  init(_ entry: HistoryEntry, state: String) {
    self.init(
      version: "\(entry.version)", name: entry.name, state: state, kind: entry.kind.rawValue,
      appliedAt: entry.appliedAt.description, appliedBy: entry.appliedBy, milliseconds: entry.milliseconds,
      checksum: entry.checksum.value)
  }

  init(_ file: MigrationFile, state: String) {
    self.init(version: "\(file.version)", name: file.name, state: state, checksum: file.checksum.value)
  }

  /// What a table has room for: where Muster did not apply it, who did.
  fileprivate var word: String { state == "applied" ? kind ?? state : state }
}

extension MigrationStatus.HalfDoneJSON {
  init(_ halfDone: HalfDone) {
    self.init(
      version: halfDone.version.digits, direction: halfDone.isBeingTakenBack ? "down" : "up",
      file: halfDone.path,
      done: halfDone.done, statements: halfDone.total, next: halfDone.next,
      batchRounds: halfDone.batch?.rounds,
      batchRows: halfDone.batch?.rows)
  }
}
