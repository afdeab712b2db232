import ArgumentParser
import Migrations
import PostgresClient

/// `muster status`: what is applied, what is pending, what is wrong.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show which migrations a database has, and which it has not.",
    discussion: """
      Reads only. Exits with 4 where an applied file was edited or is gone, or a pending one comes too late.

        muster status --database-url postgresql://localhost/app
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var folder: FolderOptions

  @Flag(help: "Print the state as one JSON object.")
  var json = false

  func run() async throws {
    let view: DatabaseView
    do {
      var options = Migrator.Options()
      options.tool = folder.layout
      view = try await Migrator(try database.required(), directory: folder.path, options: options).status()
    } catch let error as MigrationError {
      if json { Output.standard.line(MigrationJSON(applied: [], error: error).text) }
      throw error
    }
    let status = MigrationStatus(view)
    if json { Output.standard.line(status.json) } else { status.print() }
    if !view.reconciliation.faults.isEmpty { throw ExitStatus.history.code }
  }
}

/// Every version that the files or the history know, and its state.
private struct MigrationStatus {
  struct Line: Encodable {
    let version: String
    let name: String
    let state: String
    var appliedAt: String?
    var appliedBy: String?
    var milliseconds: Double?
    var checksum: String?
  }

  private struct Report: Encodable {
    let database: String
    let version: String?
    let migrations: [Line]
    let faults: [String]
  }

  let view: DatabaseView
  let lines: [Line]

  init(_ view: DatabaseView) {
    self.view = view
    let reconciliation = view.reconciliation
    let faulty = Dictionary(reconciliation.faults.map { ($0.version, $0.kind) }) { first, _ in first }
    let ahead = Set(reconciliation.ahead.map(\.version))
    let applied = view.history.map { entry in
      (
        entry.version,
        Line(entry, state: faulty[entry.version] ?? (ahead.contains(entry.version) ? "ahead" : "applied"))
      )
    }
    let pending = reconciliation.pending.map { file in
      (file.version, Line(file, state: faulty[file.version] ?? "pending"))
    }
    lines = (applied + pending).sorted { $0.0 < $1.0 }.map(\.1)
  }

  func print() {
    Output.standard.line(view.surroundings.headline)
    var table = Table(
      .left("version"), .left("name"), .left("state"), .left("applied at"), .left("by"), .right("ms"))
    for line in lines {
      table.add(
        "\(line.version)", "\(line.name)", Table.Cell(line.state, Self.style(line.state)),
        "\(line.appliedAt ?? "")",
        "\(line.appliedBy ?? "")", "\(line.milliseconds.map { String(Int($0.rounded())) } ?? "")")
    }
    table.print()
    let reconciliation = view.reconciliation
    Output.standard.line("\(view.history.count) applied, \(reconciliation.pending.count) pending")
    for fault in reconciliation.faults { Output.standard.line(fault.description) }
    if let foreign = view.foreign {
      Output.standard.line(
        "\(foreign.taken.count) of these were applied by \(foreign.history.tool.title), says \(foreign.history.table);"
          + " \"muster adopt\" takes that over")
    }
  }

  var json: String {
    encoded(
      Report(
        database: view.surroundings.database, version: view.version?.digits, migrations: lines,
        faults: view.reconciliation.faults.map(\.description)))
  }

  private static func style(_ state: String) -> Style? {
    switch state {
    case "applied": .green
    case "pending", "ahead": .yellow
    default: .red
    }
  }
}

extension MigrationStatus.Line {
  init(_ entry: HistoryEntry, state: String) {
    self.init(
      version: "\(entry.version)", name: entry.name, state: state, appliedAt: entry.appliedAt.description,
      appliedBy: entry.appliedBy, milliseconds: entry.milliseconds, checksum: entry.checksum.value)
  }

  init(_ file: MigrationFile, state: String) {
    self.init(version: "\(file.version)", name: file.name, state: state, checksum: file.checksum.value)
  }
}
