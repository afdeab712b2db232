/// `<digits>_<name>.up.sql` and `.down.sql`.
///
/// The tool sends a file as one message: one transaction unless the file says otherwise, and none for a single statement
/// that cannot be in one.
struct GolangMigrateLayout: Layout {
  let tool = Tool.golangMigrate

  func evidence(in folder: FolderListing) -> Evidence? {
    guard folder.names.contains(where: UpAndDown.isOne) else { return nil }
    if Surrounding.isRust(folder) { return nil }
    let names = "files named <digits>_<name>.up.sql"
    return Surrounding.isGo(folder) ? .certain("\(names) in a Go module") : .possible(names)
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    let conduct = Conduct.foreign.with { $0.leavesTransactionByItself = true }
    return try UpAndDown.all(in: folder, alsoPlain: false).map { $0.migration(conduct) }
  }
}
