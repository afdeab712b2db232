/// Every file of a folder, read as a run would read it and not run.
public struct FolderLint: Sendable {
  /// The files in order; none where the folder as a whole is not valid.
  public let files: [MigrationFile]
  public let findings: [Finding]

  /// Throws `FileError` where there is no folder to read.
  public init(reading path: String, as tool: Tool? = nil) throws(FileError) {
    let folder: MigrationFolder
    do {
      folder = try MigrationFolder(reading: path, as: tool)
    } catch {
      switch error.fault {
      case .folderMissing, .notAFolder, .unreadable: throw error
      default:
        files = []
        findings = [Finding(error)]
        return
      }
    }
    files = folder.files
    findings = folder.files.flatMap(Self.findings)
  }

  private static func findings(in file: MigrationFile) -> [Finding] {
    [
      finding { () throws(FileError) in _ = try file.script() },
      finding { () throws(FileError) in _ = try file.downScript() },
    ].compactMap { $0 }
  }

  private static func finding(_ read: () throws(FileError) -> Void) -> Finding? {
    do {
      try read()
      return nil
    } catch {
      return Finding(error)
    }
  }
}
