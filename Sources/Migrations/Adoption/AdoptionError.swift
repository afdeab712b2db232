/// A history of another tool that is in the way, or cannot be taken over.
public enum AdoptionError: Error, Sendable, CustomStringConvertible {
  /// The database has another tool's history of these files, and none of Muster's.
  case notAdopted(Adoption)
  /// There is nothing to take over: no other tool's history is here.
  case nothingFound(looked: [Tool])
  /// More than one table is a history that this folder may be of.
  case severalTables([ForeignHistory])
  /// No record of any history is of a file of this folder.
  case otherFiles([ForeignHistory], folder: Tool)
  case faults([AdoptionFault], ForeignHistory)
  /// The other tool wrote its history since it was shown.
  case changed(ForeignHistory)

  public var description: String {
    switch self {
    case .notAdopted(let adoption):
      "this database has a history of \(adoption.history.tool.title)'s in \(adoption.history.table), with"
        + " \(adoption.taken.count) of the files here applied, and none of Muster's. Nothing was changed.\n"
        + "\"muster adopt\" shows it and takes it over without running anything again;"
        + " --ignore-foreign-history runs every file as on an empty database"
    case .nothingFound(let tools):
      "no other tool's history is in this database; looked for those of "
        + tools.map(\.title).joined(separator: ", ")
    case .severalTables(let histories):
      "more than one history here may be of these files; name the table with --table:\n"
        + histories.map { "  \($0.table)  \($0.tool.title), \($0.records.count) entries" }.joined(
          separator: "\n")
    case .otherFiles(let histories, let tool):
      "no file of this folder, which is read as \(tool.title)'s, is in "
        + histories.map { "\($0.tool.title)'s history in \($0.table)" }.joined(separator: " or ")
        + "; name the folder that was applied with --dir, or how to read it with --layout"
    case .faults(let faults, let history):
      faults.map(\.description).joined(separator: "\n")
        + "\nNothing was changed; the history of \(history.tool.title)'s in \(history.table) was not taken over."
    case .changed(let history):
      "\(history.table) has changed since it was shown; look again. Nothing was changed"
    }
  }

  /// One word for reports.
  public var kind: String {
    switch self {
    case .notAdopted: "not-adopted"
    case .nothingFound, .otherFiles, .severalTables: "nothing-to-adopt"
    case .faults: "foreign-history"
    case .changed: "foreign-history-changed"
    }
  }

  /// The exit code of the command line.
  public var exitCode: Int32 {
    switch self {
    case .notAdopted, .faults, .changed: 4
    case .nothingFound, .otherFiles, .severalTables: 2
    }
  }
}
