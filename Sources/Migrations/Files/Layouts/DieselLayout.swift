/// A folder a version: `<digits and dashes>_<name>/up.sql`, `down.sql`, and perhaps `metadata.toml`.
struct DieselLayout: Layout {
  let tool = Tool.diesel

  func evidence(in folder: FolderListing) -> Evidence? {
    let first = folder.names.first { name in
      !ASCIIText.ends(name, in: ".sql") && Self.parts(of: name) != nil && folder.has("\(name)/up.sql")
    }
    return first.map { .certain("\($0)/up.sql") }
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    var files: [MigrationFile] = []
    for name in folder.names {
      guard let (version, title) = Self.parts(of: name), folder.isFolder(name) else { continue }
      guard folder.has("\(name)/up.sql") else {
        throw FileError(.scriptMissing(of: name), path: folder.path(of: "\(name)/up.sql"))
      }
      let conduct = try Self.conduct(of: name, in: folder)
      let path = folder.path(of: "\(name)/up.sql")
      let down = "\(name)/down.sql"
      files.append(
        MigrationFile(
          version: version, name: title, path: path, bytes: try FolderListing.read(path),
          up: Passage(path: path, conduct: conduct),
          down: folder.has(down) ? Passage(path: folder.path(of: down), conduct: conduct) : nil))
    }
    return files
  }

  private static func parts(of name: String) -> (Version, String)? {
    guard let cut = name.firstIndex(of: "_") else { return nil }
    return Version(name[..<cut].filter { $0 != "-" }).map { ($0, String(name[name.index(after: cut)...])) }
  }

  private static func conduct(of name: String, in folder: FolderListing) throws(FileError) -> Conduct {
    let settings = try folder.text(of: "\(name)/metadata.toml").map(Settings.init)
    return Conduct.foreign.with { $0.noTransaction = settings?["run_in_transaction"] == "false" }
  }
}
