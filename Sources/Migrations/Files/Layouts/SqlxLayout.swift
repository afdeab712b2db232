/// `<digits>_<name>.sql`, or `.up.sql` and `.down.sql`; a first line `-- no-transaction`.
struct SqlxLayout: Layout {
  let tool = Tool.sqlx

  private static let marker = Array("-- no-transaction".utf8)

  func evidence(in folder: FolderListing) -> Evidence? {
    if let marked = folder.numbered.first(where: { $0.bytes.starts(with: Self.marker) }) {
      return .certain("\"-- no-transaction\" at the top of \(marked.name)")
    }
    let names = "files named <digits>_<name>.up.sql"
    if folder.names.contains(where: UpAndDown.isOne) {
      if Surrounding.isRust(folder) { return .certain("\(names) in a Rust package") }
      return Surrounding.isGo(folder) ? nil : .possible(names)
    }
    return !folder.numbered.isEmpty && folder.above([".sqlx"], levels: 3) != nil
      ? .certain("a folder .sqlx beside it") : nil
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    try UpAndDown.all(in: folder, alsoPlain: true).map { file throws(FileError) in
      let down = try file.downPath.map { path throws(FileError) in
        Self.conduct(of: try FolderListing.read(path))
      }
      return file.migration(Self.conduct(of: file.bytes), down: down)
    }
  }

  private static func conduct(of bytes: [UInt8]) -> Conduct {
    Conduct.foreign.with { $0.noTransaction = bytes.starts(with: marker) }
  }
}
