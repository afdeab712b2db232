public import SQLText

/// A folder of migrations, in the order they are applied.
public struct MigrationFolder: Sendable {
  public let path: String
  /// Whose names and markers the files have.
  public let tool: Tool
  /// What it calls itself, where its tool keeps one history of several folders.
  let project: String?
  /// By version; no two have the same.
  public let files: [MigrationFile]
  let context: ScriptContext

  /// Reads every migration of the folder as the tool would, or else as the one that names and markers speak for. Throws
  /// `FileError` when there is no such folder, when it holds none, when two files have one version, when more than one
  /// tool is possible, or when a name begins like a migration's and does not end like one.
  public init(
    reading path: String, as tool: Tool? = nil, context: ScriptContext = .files()
  ) throws(FileError) {
    let listing = try FolderListing(reading: path)
    self.path = path
    self.context = context
    if let tool { self.tool = tool } else { self.tool = try Tool(recognisedIn: listing) }
    project = try self.tool.layout.project(in: listing)
    let files = try self.tool.layout.files(in: listing).sorted { $0.version < $1.version }
    guard !files.isEmpty else { throw FileError(.noMigrations, path: path) }
    for file in files where file.fileName.unicodeScalars.contains(where: ASCIIText.isControl) {
      throw FileError(
        .controlCharacter, path: "\(path)/\(file.fileName.debugDescription.dropFirst().dropLast())")
    }
    for (file, next) in zip(files, files.dropFirst()) where file.version == next.version {
      throw FileError(.sameVersion(file.version, other: file.fileName), path: next.path)
    }
    self.files = files.map { $0.with(context) }
  }
}
