import FoundationEssentials
import Migrations
import SQLText

/// The migrations of a branch, beside those of the working copy.
struct BaseBranch {
  let revision: Git.Revision
  private let folder: String
  private let files: [MigrationFile]
  /// As they were where the working copy's branch left it; nil where the clone does not reach that far.
  private let atFork: [MigrationFile]?

  /// Throws `UsageError` where git, the repository or the branch is not to be had, or the branch's own files are not valid.
  init(_ name: String, folder: String, tool: Tool?) async throws {
    self.folder = folder
    let git = try await Git(folder: folder)
    revision = try await git.revision(name)
    files = try await Snapshot(git, revision, folder, tool).files()
    if let fork = try await git.fork(from: revision) {
      atFork = fork == revision ? files : try await Snapshot(git, fork, folder, tool).files()
    } else {
      atFork = nil
      Output.error.line(
        "muster: this clone does not reach back to where its branch left \(revision.name); files are compared with those"
          + " that \(revision.name) has now")
    }
  }

  func findings(for here: [MigrationFile]) -> [Finding] {
    BranchComparison(here: here, there: files, before: atFork, base: revision.name, folder: folder).findings
  }
}

/// A folder of migrations as a commit has it, written where it can be read as a folder is, and forgotten again.
private struct Snapshot {
  private let git: Git
  private let revision: Git.Revision
  private let folder: String
  private let tool: Tool?
  private let root = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)")
    .path

  init(_ git: Git, _ revision: Git.Revision, _ folder: String, _ tool: Tool?) {
    self.git = git
    self.revision = revision
    self.folder = folder
    self.tool = tool
  }

  /// None where the branch has none, which is no fault.
  func files() async throws -> [MigrationFile] {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let own = try await git.files(in: revision)
    for (path, bytes) in own { try write(path, bytes) }
    if own.values.contains(where: { $0.firstRange(of: Array("\\i".utf8)) != nil }) {
      for (path, bytes) in try await git.scripts(in: revision) { try write(path, bytes) }
    }
    let place = "\(root)/\(git.prefix)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    do {
      let context = ScriptContext.unset(from: "\(root)/\(git.workingPrefix)")
      return try MigrationFolder(reading: place, as: tool, context: context).files
    } catch  where error.fault == .noMigrations {
      return []
    } catch {
      throw UsageError(
        message: "the migrations of \(revision.name) are no valid set: "
          + "\(error)".replacing(place, with: "\(folder)/").replacing("//", with: "/"))
    }
  }

  private func write(_ path: String, _ bytes: [UInt8]) throws {
    let file = URL(filePath: "\(root)/\(path)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
