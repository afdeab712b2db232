/// `sqitch.plan`, which alone says the order, and the scripts of its changes under `deploy` and `revert`, written for psql.
///
/// A change has no number: its place in the plan is its version.
struct SqitchLayout: Layout {
  let tool = Tool.sqitch

  func evidence(in folder: FolderListing) throws(FileError) -> Evidence? {
    let layout = try Arrangement(of: folder)
    return folder.has(layout.plan) ? .certain("\(layout.plan)") : nil
  }

  func project(in folder: FolderListing) throws(FileError) -> String? { try plan(in: folder)?.project }

  private func plan(in folder: FolderListing) throws(FileError) -> SqitchPlan? {
    let path = try Arrangement(of: folder).plan
    return try folder.text(of: path).map { text throws(FileError) in
      try SqitchPlan(text, path: folder.path(of: path))
    }
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    let layout = try Arrangement(of: folder)
    let changes = try plan(in: folder)?.changes ?? []
    let conduct = Conduct.foreign.with {
      $0.leavesTransactionByItself = true
      $0.commitsByStatement = true
    }
    var files: [MigrationFile] = []
    for (index, change) in changes.enumerated() {
      let script = layout.script(of: change, in: layout.deploy, folder)
      guard folder.has(script) else {
        throw FileError(.scriptMissing(of: change.name), path: folder.path(of: script))
      }
      let path = folder.path(of: script)
      let revert = layout.script(of: change, in: layout.revert, folder)
      files.append(
        MigrationFile(
          version: Version(index + 1), name: change.title, path: path, bytes: try folder.read(script),
          up: Passage(path: path, conduct: conduct),
          down: folder.has(revert) ? Passage(path: folder.path(of: revert), conduct: conduct) : nil))
    }
    return files
  }

  /// Where `sqitch.conf` has things.
  private struct Arrangement {
    let plan: String
    let deploy: String
    let revert: String
    let ending: String

    init(of folder: FolderListing) throws(FileError) {
      let settings = Settings(try folder.text(of: "sqitch.conf") ?? "")
      func setting(_ name: String) -> String? { settings["core.\(name)"] ?? settings["engine.pg.\(name)"] }
      let top = setting("top_dir").flatMap { $0 == "." ? nil : $0 + "/" } ?? ""
      plan = setting("plan_file") ?? top + "sqitch.plan"
      deploy = setting("deploy_dir") ?? top + "deploy"
      revert = setting("revert_dir") ?? top + "revert"
      ending = "." + (setting("extension") ?? "sql")
    }

    /// A change that was reworked later lies under its name and the tag that came before the rework.
    func script(of change: SqitchPlan.Change, in place: String, _ folder: FolderListing) -> String {
      let named = change.reworkTags.map { "\(place)/\(change.name)@\($0)\(ending)" }
      return named.first(where: folder.has) ?? named.first ?? "\(place)/\(change.name)\(ending)"
    }
  }
}
