/// Alembic's folder: `versions/*.py`, ordered by the revision that each says it comes after, and numbered files of SQL that
/// come behind them all.
///
/// Python cannot run here. The revisions have their place so that a database that has them can be taken over, and go on
/// with SQL: they are versions 0.1, 0.2 and so on, below every number that a file of SQL has.
struct AlembicLayout: Layout {
  let tool = Tool.alembic

  func evidence(in folder: FolderListing) throws(FileError) -> Evidence? {
    let names = try folder.names(in: "versions").filter { $0.hasSuffix(".py") }
    guard !names.isEmpty else { return nil }
    if folder.has("env.py") { return .certain("env.py and versions/*.py") }
    let texts = try names.map { name throws(FileError) in try folder.text(of: "versions/\(name)") ?? "" }
    return texts.contains { AlembicRevision($0) != nil } ? .certain("revisions in versions/*.py") : nil
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    var revisions: [(revision: AlembicRevision, path: String, bytes: [UInt8])] = []
    for name in try folder.names(in: "versions") where name.hasSuffix(".py") {
      let bytes = try folder.read("versions/\(name)")
      guard let revision = AlembicRevision(String(decoding: bytes, as: UTF8.self)) else { continue }
      revisions.append((revision, folder.path(of: "versions/\(name)"), bytes))
    }
    let order = try AlembicRevision.ordered(revisions.map(\.revision), path: folder.path(of: "versions"))
    let python = Conduct.foreign.with { $0.language = "Python" }
    let numbered = order.enumerated().compactMap { place, index in
      Version("0.\(place + 1)").map { version in
        let (revision, path, bytes) = revisions[index]
        return MigrationFile(
          version: version, name: revision.id, path: path, bytes: bytes,
          up: Passage(path: path, conduct: python))
      }
    }
    return try numbered + MusterLayout().files(in: folder)
  }
}

/// What a revision file says of its place, read as text.
struct AlembicRevision {
  let id: String
  /// The revisions that it comes after, none for the first.
  let after: [String]

  /// Nil when the text assigns no `revision`.
  init?(_ text: String) {
    guard let id = Self.assigned("revision", in: text).first else { return nil }
    self.id = id
    after = Self.assigned("down_revision", in: text) + Self.assigned("depends_on", in: text)
  }

  /// The quoted words behind `name = …` or `name: type = …` at the beginning of a line, over several lines where a
  /// parenthesis opens.
  private static func assigned(_ name: String, in text: String) -> [String] {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard
      let start = lines.firstIndex(where: { line in
        line.hasPrefix(name) && line.dropFirst(name.count).first.map { " :=".contains($0) } ?? false
      }), let equals = lines[start].firstIndex(of: "=")
    else { return [] }
    var value = lines[start][lines[start].index(after: equals)...].prefix { $0 != "#" }
    var next = start + 1
    while value.contains("("), !value.contains(")"), next < lines.count {
      value += lines[next].prefix { $0 != "#" }
      next += 1
    }
    return quoted(value)
  }

  private static func quoted(_ text: Substring) -> [String] {
    var found: [String] = []
    var rest = text
    while let open = rest.firstIndex(where: { "\"'".contains($0) }) {
      let word = rest[rest.index(after: open)...]
      guard let close = word.firstIndex(of: rest[open]) else { break }
      found.append(String(word[..<close]))
      rest = word[word.index(after: close)...]
    }
    return found
  }

  /// The places of the revisions in an order in which each comes behind those that it comes after. Throws `FileError` where
  /// one comes after a revision that is not there, or after itself.
  static func ordered(_ revisions: [AlembicRevision], path: String) throws(FileError) -> [Int] {
    let places = Dictionary(revisions.enumerated().map { ($1.id, $0) }) { first, _ in first }
    var waiting: [Int] = revisions.map { Set($0.after).count }
    var followers: [String: [Int]] = [:]
    for (place, revision) in revisions.enumerated() {
      for id in Set(revision.after) {
        guard places[id] != nil else {
          throw FileError(.revisionMissing(id, neededBy: revision.id), path: path)
        }
        followers[id, default: []].append(place)
      }
    }
    var ready = revisions.indices.filter { waiting[$0] == 0 }
    var order: [Int] = []
    while let place = ready.min(by: { revisions[$0].id < revisions[$1].id }) {
      ready.removeAll { $0 == place }
      order.append(place)
      for follower in followers[revisions[place].id] ?? [] {
        waiting[follower] -= 1
        if waiting[follower] == 0 { ready.append(follower) }
      }
    }
    guard order.count == revisions.count else { throw FileError(.revisionsInCircle, path: path) }
    return order
  }
}
