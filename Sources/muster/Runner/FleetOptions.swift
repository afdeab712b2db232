import ArgumentParser
import FoundationEssentials
import Migrations
import PostgresClient

/// Many databases, or many schemas, in one run.
struct FleetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Migrate every target that this file lists.",
      discussion: """
        A line is a URL, keyword=value pairs, or the name of a database on the server that the command is given; \
        schema=NAME behind it, or alone, means a schema with a history of its own. # begins a comment.
        """, valueName: "file"), completion: .file())
  var targets: String?

  @Option(
    help: ArgumentHelp(
      "Migrate every target that this query returns.",
      discussion: "A column \"schema\" is a schema's name, the first other column a database's name or URL.",
      valueName: "sql"))
  var targetsQuery: String?

  @Option(
    help: ArgumentHelp("How many targets are at work at once; 4 unless it is said.", valueName: "number"))
  var parallel: Int?

  @Flag(help: "Begin no further target once one has failed.")
  var failFast = false

  @Option(
    help: ArgumentHelp(
      "Leave out the targets that this report of an earlier run, from --json, says are done.",
      valueName: "file"),
    completion: .file())
  var resume: String?

  var isWanted: Bool { targets != nil || targetsQuery != nil }

  func validate() throws {
    if targets != nil, targetsQuery != nil {
      throw ValidationError("--targets and --targets-query exclude each other.")
    }
    if let parallel, parallel < 1 { throw ValidationError("--parallel is at least 1.") }
    guard !isWanted else { return }
    for (name, isGiven) in [
      ("--parallel", parallel != nil), ("--fail-fast", failFast), ("--resume", resume != nil),
    ] where isGiven {
      throw ValidationError("\(name) is for --targets and --targets-query.")
    }
  }

  /// The targets that are to be migrated now.
  func fleet(_ database: DatabaseOptions) async throws -> Fleet {
    let list = try await list(database)
    let done = try resume.map(EarlierFleetReport.init(file:))?.done ?? []
    return Fleet(
      list.targets.filter { !done.contains($0.name) }, width: parallel ?? 4, stopsAtFailure: failFast)
  }

  private func list(_ database: DatabaseOptions) async throws -> FleetList {
    if let file = targets {
      return try FleetList(text: try Self.text(of: file), file: file, base: try database.named())
    }
    let base = try database.required()
    let rows = try await rows(base)
    return try FleetList(columns: rows.columns, rows: rows.values, base: base)
  }

  private func rows(_ base: ConnectionSettings) async throws -> (columns: [String], values: [[String?]]) {
    try await PostgresConnection.withConnection(to: base) { connection in
      do {
        let rows = try connection.transaction("read only") { try $0.query(targetsQuery ?? "") }
        let columns = rows.columns.map(\.name)
        return (columns, rows.map { row in columns.indices.map { row[$0] } })
      } catch let error as PostgresError where error.kind == .server {
        throw UsageError(message: "--targets-query: \(error)")
      }
    }
  }

  /// The text of a file; what it says stays unsaid where it cannot be read.
  static func text(of file: String) throws -> String {
    do {
      return try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw UsageError(
        message: "cannot read \(file): \((error as? CocoaError)?.reason ?? "it is no UTF-8 text")")
    }
  }
}

extension CocoaError {
  fileprivate var reason: String {
    switch code {
    case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file"
    case .fileReadNoPermission: "it may not be read"
    default: "it is no UTF-8 text"
    }
  }
}

/// What an earlier run said of its targets, in lines of JSON or in an array of them.
struct EarlierFleetReport {
  /// The names of the targets that need nothing more.
  let done: Set<String>

  private struct Line: Decodable {
    let target: String
    let state: String
  }

  init(file: String) throws {
    let text = try FleetOptions.text(of: file)
    let decoder = JSONDecoder()
    var lines: [Line] = []
    if let array = try? decoder.decode([Line].self, from: Data(text.utf8)) {
      lines = array
    } else {
      let all = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in all.enumerated() where line.contains(where: { !$0.isWhitespace }) {
        if let line = try? decoder.decode(Line.self, from: Data(line.utf8)) {
          lines.append(line)
        } else if index < all.count - 1 || !line.hasPrefix("{") {
          throw UsageError(
            message: "\(file):\(index + 1): this is no line of a report",
            hint: "--resume takes what muster migrate --json has written of an earlier run.")
        }
        // The last line of a run that was killed may be cut off: its target is not done.
      }
    }
    done = Set(lines.filter { FleetState(rawValue: $0.state)?.isDone == true }.map(\.target))
  }
}
