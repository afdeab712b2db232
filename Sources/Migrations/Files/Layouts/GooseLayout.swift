/// `<digits>_<name>.sql` with `-- +goose Up` and `-- +goose Down` sections; `.go` files have their place in the order and
/// cannot run here.
///
/// StatementBegin and StatementEnd are needed by nobody who reads SQL as the server does; to Muster they are comments.
struct GooseLayout: Layout {
  let tool = Tool.goose

  private static let keyword = "+goose"

  func evidence(in folder: FolderListing) -> Evidence? {
    let marked = folder.numbered.first { !Self.markers(in: $0.bytes).isEmpty }
    return marked.map { .certain("\"-- +goose\" in \($0.name)") }
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    var files: [MigrationFile] = []
    for file in folder.numbered {
      guard let (version, name) = Self.parts(of: file.name, ending: ".sql") else {
        throw FileError(.badName, path: folder.path(of: file.name))
      }
      let path = folder.path(of: file.name)
      let (up, down) = try Self.passages(of: file.bytes, path)
      files.append(
        MigrationFile(version: version, name: name, path: path, bytes: file.bytes, up: up, down: down))
    }
    for name in folder.names where name.hasSuffix(".go") && !name.hasSuffix("_test.go") {
      guard let (version, title) = Self.parts(of: name, ending: ".go") else { continue }
      let path = folder.path(of: name)
      let passage = Passage(path: path, conduct: Conduct.foreign.with { $0.language = "Go" })
      files.append(
        MigrationFile(version: version, name: title, path: path, bytes: try folder.read(name), up: passage))
    }
    return files
  }

  private static func parts(of name: String, ending: String) -> (Version, String)? {
    guard let cut = name.firstIndex(of: "_"), let version = Version(name[..<cut]) else { return nil }
    return (version, String(name[name.index(after: cut)...].dropLast(ending.count)))
  }

  private static func markers(in bytes: [UInt8]) -> [(marker: MarkerComment, command: String)] {
    MarkerComment.all(in: bytes, beginning: keyword).map { marker in
      (marker, marker.words.dropFirst().joined(separator: " ").lowercased())
    }
  }

  private static func passages(of bytes: [UInt8], _ path: String) throws(FileError) -> (Passage, Passage?) {
    let markers = markers(in: bytes)
    var conduct = Conduct.foreign
    conduct.noTransaction = markers.contains { $0.command == "no transaction" }
    conduct.substitution = substitution(markers, in: bytes)
    guard let up = markers.first(where: { $0.command == "up" })?.marker else {
      return (Passage(path: path, conduct: conduct), nil)
    }
    let down = markers.first { $0.command == "down" }?.marker
    let end = down?.range.lowerBound ?? bytes.count
    return (
      Passage(path: path, range: up.range.upperBound..<end, conduct: conduct),
      down.map { Passage(path: path, range: $0.range.upperBound..<bytes.count, conduct: conduct) }
    )
  }

  /// From ENVSUB ON to ENVSUB OFF or the end, across sections.
  private static func substitution(
    _ markers: [(marker: MarkerComment, command: String)], in bytes: [UInt8]
  ) -> EnvironmentSubstitution? {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (marker, command) in markers {
      if command == "envsub on" { start = start ?? marker.range.upperBound }
      if command == "envsub off", let begin = start {
        ranges.append(begin..<marker.range.lowerBound)
        start = nil
      }
    }
    if let start { ranges.append(start..<bytes.count) }
    return ranges.isEmpty ? nil : EnvironmentSubstitution(ranges: ranges)
  }
}
