import FoundationEssentials
public import SQLText

/// One file of `objects/` as it was read.
public struct ObjectFile: Sendable {
  /// Where it is below the folder, such as `views/active.sql`; what the database knows it by.
  public let name: String
  /// Where it is, as a person would name it.
  public let path: String
  public let bytes: [UInt8]
  /// The text with the files it includes, and variables by name.
  let written: [UInt8]
  /// Of that text.
  public let checksum: Checksum
  private let context: ScriptContext

  init(name: String, path: String, bytes: [UInt8], context: ScriptContext) {
    self.name = name
    self.path = path
    self.bytes = bytes
    self.context = context
    written = Script.written(path: path, bytes: bytes, context: context)
    checksum = Checksum(of: written)
  }

  func script(in session: ScriptSession) throws(FileError) -> Script {
    try Script(path: path, bytes: bytes, context: context, session: session)
  }
}

/// `objects/` in a folder of migrations: functions, views, policies, triggers and jobs as they are to be.
public struct ObjectFolder: Sendable {
  public let path: String
  /// False where there is no such folder, which says nothing of what the database should have.
  public let exists: Bool
  /// By name. Every `.sql` file, in folders inside as well.
  public let files: [ObjectFile]

  public static let name = "objects"

  /// Reads what a folder of migrations has of them. Throws `FileError` for what cannot be read.
  public init(in migrations: String, context: ScriptContext = .files()) throws(FileError) {
    path = "\(migrations)/\(Self.name)"
    var isFolder = false
    exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists else {
      files = []
      return
    }
    guard isFolder else { throw FileError(.notAFolder, path: path) }
    files = try Self.read(path, context)
  }

  private static func read(_ folder: String, _ context: ScriptContext) throws(FileError) -> [ObjectFile] {
    try names(in: folder).map { name throws(FileError) in
      let path = "\(folder)/\(name)"
      return ObjectFile(name: name, path: path, bytes: try FolderListing.read(path), context: context)
    }
  }

  private static func names(in folder: String) throws(FileError) -> [String] {
    do {
      return try FileManager.default.subpathsOfDirectory(atPath: folder)
        .filter { name in
          name.hasSuffix(".sql") && !name.split(separator: "/").contains { $0.hasPrefix(".") }
        }.sorted()
    } catch {
      throw FileError(.unreadable("\(error)"), path: folder)
    }
  }
}
