import FoundationEssentials
import Migrations

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
    files = try Self.read(try await git.files(in: revision), of: revision, as: folder)
    let fork = try await git.fork(from: revision)
    if let fork {
      atFork =
        fork.hash == revision.hash
        ? files : try Self.read(try await git.files(in: fork), of: fork, as: folder)
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

  /// Writes the files where they can be read as a folder is, and forgets them again: a branch that has none is no fault.
  private static func read(
    _ contents: [String: [UInt8]], of revision: Git.Revision, as folder: String
  ) throws -> [MigrationFile] {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    for (name, bytes) in contents {
      let path = URL(filePath: "\(scratch)/\(name)")
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: path)
    }
    do {
      return try MigrationFolder(reading: scratch).files
    } catch  where error.fault == .noMigrations {
      return []
    } catch {
      throw UsageError(
        message: "the migrations of \(revision.name) are no valid set: "
          + "\(error)".replacing(scratch, with: folder))
    }
  }
}
