/// `<digits>_<name>.up.sql` and `<digits>_<name>.down.sql`: the way back in a file of its own.
struct UpAndDown {
  let version: Version
  let name: String
  let path: String
  let bytes: [UInt8]
  /// The path of the file that takes it back.
  let downPath: String?

  static func isOne(_ name: String) -> Bool {
    name.utf8.first.map(ASCIIText.isDigit) ?? false && ASCIIText.ends(name, in: ".up.sql")
  }

  /// Every numbered file of the folder that is called so, and where the tool has such, those without `.up`.
  static func all(in folder: FolderListing, alsoPlain: Bool) throws(FileError) -> [UpAndDown] {
    var found: [UpAndDown] = []
    for file in folder.numbered {
      let isUp = file.name.hasSuffix(".up.sql")
      guard isUp || alsoPlain, let cut = file.name.firstIndex(of: "_"),
        let version = Version(file.name[..<cut])
      else { continue }
      let stem = file.name.dropLast(isUp ? ".up.sql".count : ".sql".count)
      let down = folder.path(of: stem + ".down.sql")
      let name = stem[file.name.index(after: cut)...]
      found.append(
        UpAndDown(
          version: version, name: String(name), path: folder.path(of: file.name), bytes: file.bytes,
          downPath: isUp && folder.names.contains("\(stem).down.sql") ? down : nil))
    }
    return found
  }

  func migration(_ conduct: Conduct, down downConduct: Conduct? = nil) -> MigrationFile {
    MigrationFile(
      version: version, name: name, path: path, bytes: bytes, up: Passage(path: path, conduct: conduct),
      down: downPath.map { Passage(path: $0, conduct: downConduct ?? conduct) })
  }
}

/// What is in the folders above says which language's tool it is.
enum Surrounding {
  static func isRust(_ folder: FolderListing) -> Bool {
    folder.above(["Cargo.toml", ".sqlx"], levels: 3) != nil
  }
  static func isGo(_ folder: FolderListing) -> Bool { folder.above(["go.mod"], levels: 6) != nil }
}
