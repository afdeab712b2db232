/// `supabase/migrations/<time stamp>_<name>.sql`, without a way back.
struct SupabaseLayout: Layout {
  let tool = Tool.supabase

  func evidence(in folder: FolderListing) throws(FileError) -> Evidence? {
    guard !folder.numbered.isEmpty, !folder.names.contains(where: UpAndDown.isOne) else { return nil }
    if folder.parentName == "supabase" { return .certain("it lies in a folder called supabase") }
    guard let path = folder.above(["config.toml"], levels: 1) else { return nil }
    let settings = Settings(String(decoding: try FolderListing.read(path), as: UTF8.self))
    return settings["project_id"] == nil ? nil : .certain("a config.toml with a project_id beside it")
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    let conduct = Conduct.foreign.with { $0.leavesTransactionByItself = true }
    return try UpAndDown.all(in: folder, alsoPlain: true).map { $0.migration(conduct) }
  }
}
