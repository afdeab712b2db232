import ArgumentParser
import Migrations
import PostgresClient

/// `muster adopt`: goes on where another tool stopped.
struct AdoptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract:
      "Show what another migration tool applied to a database, and take it over without running it again.",
    discussion: """
      Understands the files and the history of Flyway, dbmate, goose, golang-migrate, sqlx, Diesel, Sqitch, Supabase and \
      Alembic (whose Python cannot run here). Where the tool keeps a checksum, an edited file shows.

      Without --yes it only reads, and asks where somebody sits at a terminal. Taking over writes rows of kind "adopted" \
      into muster.migration, in one transaction under the deployment lock; the other tool's table stays as it is. Then \
      muster migrate applies what is pending.

      Exit codes: 0 shown or taken over · 2 usage, connection, or nothing to take over · 4 a migration failed halfway or \
      a file was edited · 5 a lock was not to be had.

        muster adopt --dir db/migrations
        muster adopt --dir db/migrations --yes
      """)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var folder: FolderOptions

  @Option(
    help: ArgumentHelp(
      "The table with the other tool's history, where there is more than one.", valueName: "name"))
  var table: String?

  @Flag(help: "Take it over.")
  var yes = false

  @Flag(help: "Take files that were edited since they were applied as they are now.")
  var acceptEdited = false

  @Flag(help: "Print what was found as one JSON object.")
  var json = false

  func run() async throws {
    var options = Migrator.Options()
    options.tool = folder.layout
    options.musterVersion = Muster.configuration.version
    let migrator = Migrator(try database.required(), directory: folder.path, options: options)
    let view = try await migrator.adoption(from: table)
    let text = AdoptionText(view)
    if !json { text.print() }
    let faults = view.adoption.faults.filter { !acceptEdited || !$0.isEdit }
    let isWanted =
      !view.adoption.taken.isEmpty && (yes || faults.isEmpty && !json && asked(view.adoption.taken.count))
    guard isWanted else {
      if json { Output.standard.line(text.json(isTaken: false)) }
      if !faults.isEmpty { throw ExitStatus.history.code }
      return
    }
    try await migrator.adopt(view, acceptingEdits: acceptEdited)
    if json { return Output.standard.line(text.json(isTaken: true)) }
    Output.standard.line("took over \(counted(view.adoption.taken.count, "migration")); nothing was run")
  }

  /// Whether somebody at a terminal says so; where there is none, how to say it.
  private func asked(_ count: Int) -> Bool {
    guard Output.standard.isTerminal, Output.error.isTerminal else {
      Output.error.line("muster: nothing was changed; --yes takes it over")
      return false
    }
    Output.error.write("Take over \(counted(count, "migration")) without running anything? [y/N] ")
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }
}

/// What was found, as a table or as JSON.
private struct AdoptionText {
  struct Line: Encodable {
    let version: String
    let name: String
    let state: String
    var appliedAt: String?
    var appliedBy: String?
  }

  private struct Report: Encodable {
    let database: String
    let tool: String
    let layout: String
    let table: String
    let taken: Bool
    let migrations: [Line]
    let faults: [String]
  }

  private let view: AdoptionView
  private let lines: [Line]
  private var adoption: Adoption { view.adoption }

  init(_ view: AdoptionView) {
    self.view = view
    let adoption = view.adoption
    let edited = Set(
      adoption.faults.compactMap { if case .edited(let taken) = $0 { taken.file.version } else { nil } })
    let failed = Set(
      adoption.faults.compactMap { if case .failed(let record) = $0 { record.label } else { nil } })
    let late = Set(adoption.late.map(\.version))
    let taken = adoption.taken.map { taken in
      let hasFailed = taken.record.map { failed.contains($0.label) } ?? false
      let state = hasFailed ? "failed" : edited.contains(taken.file.version) ? "edited" : "applied"
      return (taken.file.version, Line(taken.file, taken.record, state))
    }
    let pending = adoption.pending.map { file in
      (file.version, Line(file, nil, late.contains(file.version) ? "out-of-order" : "pending"))
    }
    lines =
      (taken + pending).sorted { $0.0 < $1.0 }.map(\.1)
      + adoption.withoutFile.map { record in
        Line(
          version: "", name: record.label, state: record.failure == nil ? "no file" : "failed",
          appliedAt: record.appliedAt?.description, appliedBy: record.appliedBy)
      }
  }

  func print() {
    let history = adoption.history
    Output.standard.line(view.surroundings.headline)
    Output.standard.line(
      "\(history.tool.title) in \(history.table), \(counted(history.records.count, "record"));"
        + " \(view.folder.path) is read as \(view.folder.tool.title)'s")
    var table = Table(.left("version"), .left("name"), .left("state"), .left("applied at"), .left("by"))
    for line in lines {
      table.add(
        "\(line.version)", "\(line.name)", Table.Cell(line.state, Self.style(line.state)),
        "\(line.appliedAt ?? "")",
        "\(line.appliedBy ?? "")")
    }
    table.print()
    Output.standard.line(summary)
    for fault in adoption.faults { Output.standard.line(fault.description) }
    if !adoption.late.isEmpty {
      Output.standard.line(
        "\(counted(adoption.late.count, "file")) behind which others are applied: muster migrate wants"
          + " --allow-out-of-order for them")
    }
  }

  private var summary: String {
    var parts = ["\(adoption.taken.count) to take over", "\(adoption.pending.count) pending"]
    if !adoption.withoutFile.isEmpty {
      parts.append("\(adoption.withoutFile.count) without a file, left alone")
    }
    return parts.joined(separator: ", ")
  }

  func json(isTaken: Bool) -> String {
    encoded(
      Report(
        database: view.surroundings.database, tool: adoption.history.tool.rawValue,
        layout: view.folder.tool.rawValue,
        table: adoption.history.table, taken: isTaken, migrations: lines,
        faults: adoption.faults.map(\.description)))
  }

  private static func style(_ state: String) -> Style? {
    switch state {
    case "applied": .green
    case "pending", "no file": .yellow
    default: .red
    }
  }
}

extension AdoptionText.Line {
  init(_ file: MigrationFile, _ record: ForeignRecord?, _ state: String) {
    self.init(
      version: "\(file.version)", name: file.name, state: state, appliedAt: record?.appliedAt?.description,
      appliedBy: record?.appliedBy)
  }
}
