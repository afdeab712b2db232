/// Every file of a folder, read as a run would read it and not run.
public struct FolderLint: Sendable {
  /// The files in order; none where the folder as a whole is not valid.
  public let files: [MigrationFile]
  /// Whose names and markers they have; nil where that cannot be said.
  public let tool: Tool?
  public let findings: [Finding]

  /// Throws `FileError` where there is no folder to read.
  public init(reading path: String, as tool: Tool? = nil) throws(FileError) {
    let folder: MigrationFolder
    do {
      folder = try MigrationFolder(reading: path, as: tool, context: .unset())
    } catch {
      switch error.fault {
      case .folderMissing, .notAFolder, .unreadable: throw error
      default:
        files = []
        self.tool = tool
        findings = [Finding(error)]
        return
      }
    }
    files = folder.files
    self.tool = folder.tool
    findings =
      folder.files.flatMap(Self.findings) + Self.findings(inHooksOf: folder)
      + Self.findings(inObjectsOf: path)
  }

  private static func findings(in file: MigrationFile) -> [Finding] {
    finding { () throws(FileError) in _ = try file.script() }
      + finding { () throws(FileError) in _ = try file.downScript() }
  }

  private static func findings(inHooksOf folder: MigrationFolder) -> [Finding] {
    do {
      let hooks = try Hooks(of: folder)
      return [hooks.before, hooks.after].compactMap { $0 }.flatMap(findings)
    } catch {
      return [Finding(error)]
    }
  }

  private static func findings(inObjectsOf path: String) -> [Finding] {
    do {
      let files = try ObjectFolder(in: path, context: .unset()).files
      let single = files.flatMap { file in
        finding { () throws(FileError) in _ = try ObjectScript(file) }
      }
      // What two files define is asked of a set whose files are right by themselves.
      guard single.isEmpty else { return single }
      return finding { () throws(FileError) in _ = try ObjectSet(files) }
    } catch {
      return [Finding(error)]
    }
  }

  private static func finding(_ read: () throws(FileError) -> Void) -> [Finding] {
    do {
      try read()
      return []
    } catch {
      return [Finding(error)]
    }
  }
}
