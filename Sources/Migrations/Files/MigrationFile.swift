import SQLText

/// One migration as it was read: enough to compare it with the history. `script()` reads its statements.
///
/// By reference, for it never changes, and there may be thousands that are handed from list to list.
public final class MigrationFile: Sendable {
  public let version: Version
  /// What follows the version in the file name, without the ending.
  public let name: String
  /// Where the file is, as a person would name it.
  public let path: String
  /// The whole file, sections that do not run included.
  public let bytes: [UInt8]
  /// What the history keeps of it: the whole file, with the files that it includes where it includes them.
  public let written: [UInt8]
  /// The digest of `written`, byte for byte.
  let rawChecksum: String
  /// What runs when it is applied.
  public let up: Passage
  /// What runs when it is taken back, where there is such a thing: another file, or a section of this one.
  public let down: Passage?
  /// Whether it stands for every version up to its own, on a database that has none of them.
  public let isBaseline: Bool

  private let context: ScriptContext

  /// Of `written`. Made anew each time: as long as the bytes are those that were applied, nobody asks for it.
  public var checksum: Checksum { Checksum(of: written, raw: rawChecksum) }

  /// The last part of the path.
  public var fileName: String {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    return slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
  }

  /// The file that takes it back, where there is one.
  public var downPath: String? { down?.path }

  package init(
    version: Version, name: String, path: String, bytes: [UInt8], up: Passage? = nil, down: Passage? = nil,
    isBaseline: Bool = false
  ) {
    self.version = version
    self.name = name
    self.path = path
    self.bytes = bytes
    self.written = bytes
    self.rawChecksum = Checksum.raw(of: bytes)
    self.up = up ?? Passage(path: path)
    self.down = down
    self.isBaseline = isBaseline
    self.context = ScriptContext()
  }

  private init(_ file: MigrationFile, context: ScriptContext) {
    version = file.version
    name = file.name
    path = file.path
    bytes = file.bytes
    written = Script.written(path: file.path, bytes: file.bytes, context: context)
    rawChecksum = written == file.bytes ? file.rawChecksum : Checksum.raw(of: written)
    up = file.up
    down = file.down
    isBaseline = file.isBaseline
    self.context = context
  }

  /// The statements and directives. Throws `FileError` for whatever makes the file impossible to run, before any of it
  /// has run. Without a session it is read, and not to be run.
  public func script(in session: ScriptSession = ScriptSession()) throws(FileError) -> Script {
    try script(of: up, session)
  }

  /// The statements that take it back; nil where there are none to be had.
  public func downScript(in session: ScriptSession = ScriptSession()) throws(FileError) -> Script? {
    guard let down else { return nil }
    return try script(of: down, session)
  }

  /// The same file, whose scripts may use what the context has.
  func with(_ context: ScriptContext) -> MigrationFile { MigrationFile(self, context: context) }

  private func script(of passage: Passage, _ session: ScriptSession) throws(FileError) -> Script {
    if let language = passage.conduct.language {
      throw FileError(.notSQL(language: language), path: passage.path)
    }
    let file = passage.path == path ? bytes : try FolderListing.read(passage.path)
    return try Script(
      path: passage.path, bytes: passage.bytes(of: file), conduct: passage.conduct, context: context,
      session: session)
  }
}
