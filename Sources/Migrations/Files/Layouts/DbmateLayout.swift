/// `<digits><anything>.sql` with `-- migrate:up` and `-- migrate:down` sections, each with options behind its marker.
///
/// A file without markers runs whole: Muster's own may be added to such a folder.
struct DbmateLayout: Layout {
  let tool = Tool.dbmate

  private static let up = "migrate:up"
  private static let down = "migrate:down"

  func evidence(in folder: FolderListing) -> Evidence? {
    let marked = folder.numbered.first { !MarkerComment.all(in: $0.bytes, beginning: Self.up).isEmpty }
    return marked.map { .certain("\"-- migrate:up\" in \($0.name)") }
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    try folder.numbered.map { file throws(FileError) in
      let digits = file.name.prefix { ("0"..."9").contains($0) }
      guard let version = Version(digits) else { throw FileError(.badName, path: folder.path(of: file.name)) }
      let name = file.name.dropFirst(digits.count).dropLast(".sql".count).drop { "_-".contains($0) }
      let path = folder.path(of: file.name)
      let (up, down) = Self.passages(of: file.bytes, path)
      return MigrationFile(
        version: version, name: name.isEmpty ? String(digits) : String(name), path: path, bytes: file.bytes,
        up: up,
        down: down)
    }
  }

  private static func passages(of bytes: [UInt8], _ path: String) -> (up: Passage, down: Passage?) {
    guard let first = MarkerComment.all(in: bytes, beginning: up).first else {
      return (Passage(path: path, conduct: .foreign), nil)
    }
    let second = MarkerComment.all(in: bytes, beginning: down).first {
      $0.range.lowerBound > first.range.lowerBound
    }
    let end = second?.range.lowerBound ?? bytes.count
    return (
      passage(path, first.range.upperBound..<end, first),
      second.map { passage(path, $0.range.upperBound..<bytes.count, $0) }
    )
  }

  private static func passage(_ path: String, _ range: Range<Int>, _ marker: MarkerComment) -> Passage {
    let isAlone = marker.words.contains { $0.lowercased() == "transaction:false" }
    return Passage(path: path, range: range, conduct: Conduct.foreign.with { $0.noTransaction = isAlone })
  }
}
