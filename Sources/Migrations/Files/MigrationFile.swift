import SQLText

/// One `<digits>_<name>.sql` as it was read: enough to compare it with the history. `script()` reads its statements.
public struct MigrationFile: Sendable {
  public let version: Version
  /// What follows the version in the file name, without `.sql`.
  public let name: String
  /// Where the file is, as a person would name it.
  public let path: String
  public let bytes: [UInt8]
  public let checksum: Checksum
  /// The file that takes it back, where there is one.
  public let downPath: String?

  /// The last part of the path.
  public var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

  package init(version: Version, name: String, path: String, bytes: [UInt8], downPath: String? = nil) {
    self.version = version
    self.name = name
    self.path = path
    self.bytes = bytes
    self.checksum = Checksum(of: bytes)
    self.downPath = downPath
  }

  /// The statements and directives. Throws `FileError` for whatever makes the file impossible to run, before any of it
  /// has run. `standardConformingStrings` is the setting of the session that is to run it.
  public func script(standardConformingStrings: Bool = true) throws(FileError) -> Script {
    try Script(path: path, bytes: bytes, standardConformingStrings: standardConformingStrings)
  }
}
