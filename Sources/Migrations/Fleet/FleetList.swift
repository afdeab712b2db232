public import PostgresClient

/// The targets of a fleet, from a file or from the rows of a query.
///
/// A line of the file is a URL, a list of `keyword=value`, or the name of a database on the server that the command is given; each
/// may be followed by `schema=…`, which alone means a schema of the command's own database. `#` begins a comment line.
public struct FleetList: Sendable {
  public private(set) var targets: [FleetTarget] = []
  private let source: String
  /// The database of the command; nil where none is named.
  private let base: ConnectionSettings?
  private var lines: [FleetTarget: Int] = [:]

  private init(source: String, base: ConnectionSettings?) {
    self.source = source
    self.base = base
  }

  /// Reads the text of a file.
  public init(text: String, file: String, base: ConnectionSettings?) throws(FleetError) {
    self.init(source: file, base: base)
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = Self.trimmed(line)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      try add(try target(String(line), line: index + 1), line: index + 1)
    }
    try refuseEmpty("names no target; write a URL, keyword=value pairs or a database's name on each line")
  }

  /// Takes the rows of a query: a column `schema` is a schema's name, the first other column a database's name or its URL.
  public init(columns: [String], rows: [[String?]], base: ConnectionSettings) throws(FleetError) {
    self.init(source: "--targets-query", base: base)
    let schema = columns.firstIndex(of: "schema")
    let database = columns.indices.first { $0 != schema }
    for (index, row) in rows.enumerated() {
      let place = database.flatMap { row[$0] } ?? ""
      var target = FleetTarget(base)
      if !place.isEmpty { target = FleetTarget(try settings(place, index + 1)) }
      guard let name = schema.flatMap({ row[$0] }), !name.isEmpty else {
        guard !place.isEmpty else { throw fault("this row names neither a database nor a schema", index + 1) }
        try add(target, line: index + 1)
        continue
      }
      try add(FleetTarget(target.settings, schema: name), line: index + 1)
    }
    try refuseEmpty("returned no row")
  }

  private func refuseEmpty(_ message: String) throws(FleetError) {
    if targets.isEmpty { throw FleetError(source: source, message: message) }
  }

  private mutating func add(_ target: FleetTarget, line: Int) throws(FleetError) {
    if let earlier = lines.first(where: { $0.key.name == target.name })?.value {
      throw fault("this is the same target as line \(earlier): \(target.name)", line)
    }
    lines[target] = line
    targets.append(target)
  }

  // MARK: A line

  private func target(_ text: String, line: Int) throws(FleetError) -> FleetTarget {
    let first = String(text.prefix { !$0.isWhitespace })
    let rest = String(Self.trimmed(text.dropFirst(first.count)))
    guard first.contains("://") || !first.contains("="), !rest.hasPrefix("=") else {
      let list = KeywordList(text)
      let settings = list.others.isEmpty ? try named(line) : try settings(list.others, line)
      return FleetTarget(settings, schema: list.schema)
    }
    let list = KeywordList(rest)
    guard list.others.isEmpty, rest.isEmpty || list.schema != nil else {
      throw fault("only schema=… can follow a URL or the name of a database", line)
    }
    return FleetTarget(try settings(first, line), schema: list.schema)
  }

  /// A URL, pairs of keyword and value, or a database's name.
  private func settings(_ text: String, _ line: Int) throws(FleetError) -> ConnectionSettings {
    guard text.contains("=") || text.contains("://") else { return try named(line).with("dbname", text) }
    do {
      return try ConnectionSettings(text)
    } catch {
      throw fault(error.message + (error.hint.map { "; \($0)" } ?? ""), line)
    }
  }

  private func named(_ line: Int) throws(FleetError) -> ConnectionSettings {
    if let base { return base }
    throw fault(
      "this needs a server: name one with --database-url or DATABASE_URL, or write a whole URL", line)
  }

  private func fault(_ message: String, _ line: Int) -> FleetError {
    FleetError(source: source, line: line, message: message)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) }
    return start[..<(end ?? start.startIndex)]
  }
}

/// `keyword=value …` as libpq reads it, with the one keyword taken out that libpq does not know.
private struct KeywordList {
  private(set) var schema: String?
  private(set) var others = ""

  init(_ text: String) {
    var rest = Substring(text)
    while true {
      rest = rest.drop(while: \.isWhitespace)
      guard !rest.isEmpty else { return }
      let start = rest
      let keyword = rest.prefix { $0 != "=" && !$0.isWhitespace }
      rest = rest.dropFirst(keyword.count).drop { $0.isWhitespace || $0 == "=" }
      let value = Self.value(&rest)
      if keyword == "schema" {
        schema = value
      } else {
        others += (others.isEmpty ? "" : " ") + start[..<rest.startIndex]
      }
    }
  }

  /// A word, or text in single quotes; a backslash takes the next character as it is.
  private static func value(_ rest: inout Substring) -> String {
    var value = ""
    let isQuoted = rest.first == "'"
    if isQuoted { rest.removeFirst() }
    while let character = rest.first, isQuoted ? character != "'" : !character.isWhitespace {
      rest.removeFirst()
      value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
    }
    if isQuoted { _ = rest.popFirst() }
    return value
  }
}
