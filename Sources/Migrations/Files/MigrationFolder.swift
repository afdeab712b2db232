import FoundationEssentials

/// A folder of migrations, in the order they are applied.
public struct MigrationFolder: Sendable {
  public let path: String
  /// By version; no two have the same.
  public let files: [MigrationFile]

  /// Reads every migration of the folder. Throws `FileError` when there is no such folder, when it holds none, when two
  /// files have one version, or when a name begins like a migration's and does not end like one.
  public init(reading path: String) throws(FileError) {
    self.path = path
    let names = try Self.list(path)
    var forward: [Version: FileName] = [:]
    var backward: [Version: FileName] = [:]
    for name in names {
      guard let file = try FileName(name, in: path) else { continue }
      let other =
        file.isDown
        ? backward.updateValue(file, forKey: file.version) : forward.updateValue(file, forKey: file.version)
      if let other { throw FileError(.sameVersion(file.version, other: other.text), path: "\(path)/\(name)") }
    }
    if let stray = backward.values.sorted(by: { $0.version < $1.version }).first(where: {
      forward[$0.version] == nil
    }) {
      throw FileError(.downWithoutUp, path: "\(path)/\(stray.text)")
    }
    guard !forward.isEmpty else { throw FileError(.noMigrations, path: path) }
    files = try forward.values.sorted { $0.version < $1.version }.map { name throws(FileError) in
      let place = "\(path)/\(name.text)"
      return MigrationFile(
        version: name.version, name: name.name, path: place, bytes: try Self.read(place),
        downPath: backward[name.version].map { "\(path)/\($0.text)" })
    }
  }

  private static func list(_ path: String) throws(FileError) -> [String] {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(.folderMissing, path: path)
    }
    guard isFolder else { throw FileError(.notAFolder, path: path) }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw FileError(.unreadable(reason(path, error)), path: path)
    }
  }

  private static func read(_ path: String) throws(FileError) -> [UInt8] {
    do {
      return try [UInt8](Data(contentsOf: URL(filePath: path)))
    } catch {
      throw FileError(.unreadable(reason(path, error)), path: path)
    }
  }

  private static func reason(_ path: String, _ error: any Error) -> String {
    FileManager.default.isReadableFile(atPath: path) ? "\(error)" : "permission denied"
  }
}

/// The parts of a migration's file name.
struct FileName {
  let text: String
  let version: Version
  let name: String
  let isDown: Bool

  /// Nil for a file that is no migration and does not look like one. Throws `FileError` for one that only looks so: to
  /// pass over it in silence would be to pass over a migration.
  init?(_ text: String, in folder: String) throws(FileError) {
    let digits = text.prefix { ("0"..."9").contains($0) }
    guard let version = Version(digits), text.lowercased().hasSuffix(".sql") else { return nil }
    let rest = text.dropFirst(digits.count)
    let isDown = rest.hasSuffix(".down.sql")
    let name = rest.dropFirst().dropLast(isDown ? ".down.sql".count : ".sql".count)
    guard rest.hasPrefix("_"), rest.hasSuffix(".sql"), !name.isEmpty else {
      throw FileError(.badName, path: "\(folder)/\(text)")
    }
    self.text = text
    self.version = version
    self.name = String(name)
    self.isDown = isDown
  }
}
