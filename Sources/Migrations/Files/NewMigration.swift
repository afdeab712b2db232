import FoundationEssentials

/// The next file of a folder.
public struct NewMigration: Sendable {
  /// The name as it stands in the file name.
  public let name: String

  /// Throws `FileError` when nothing of the words can stand in a file name.
  public init(named words: String) throws(FileError) {
    let kept = words.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
    name = String(kept).split(separator: "_").joined(separator: "_")
    guard !name.isEmpty else { throw FileError(.namelessFile, path: words) }
  }

  /// Writes the file, and the folder where it is missing; returns its path. Throws `FileError` when the folder is no
  /// valid set of migrations or cannot be written.
  public func write(to folder: String, now: Date = Date()) throws(FileError) -> String {
    let versions = try versions(in: folder)
    let path = "\(folder)/\(Self.version(after: versions, now: now))_\(name).sql"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(Self.template.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
    } catch {
      throw FileError(.unwritable("\(error)"), path: path)
    }
    return path
  }

  private static let template = """
    -- What this changes, and why.
    --
    -- It runs in one transaction. "-- muster: no-transaction" on a line of its own up here changes that; so do
    -- lock-timeout 10s, statement-timeout 1h and requires-extension NAME for what they name.

    """

  private func versions(in folder: String) throws(FileError) -> [Version] {
    do {
      return try MigrationFolder(reading: folder).files.map(\.version)
    } catch {
      switch error.fault {
      case .folderMissing, .noMigrations: return []
      default: throw error
      }
    }
  }

  package static func version(after versions: [Version], now: Date) -> String {
    guard let last = versions.last else { return "0001" }
    let isTime = last.digits.utf8.count == 14 && last.digits.hasPrefix("2")
    return (isTime ? max(last.successor, timeStamp(now)) : last.successor).description
  }

  private static func timeStamp(_ date: Date) -> Version {
    let text = date.formatted(
      .iso8601.year().month().day().time(includingFractionalSeconds: false).dateSeparator(.omitted)
        .timeSeparator(.omitted))
    return Version(text.filter(\.isNumber)) ?? Version.zero
  }
}

extension Version {
  /// One more, as wide as this one was written; of numbers between dots, the first counts.
  var successor: Version {
    var digits = Array(description.prefix { $0 != "." }.utf8)
    var index = digits.count
    while index > 0, digits[index - 1] == UInt8(ascii: "9") {
      index -= 1
      digits[index] = UInt8(ascii: "0")
    }
    if index > 0 { digits[index - 1] += 1 } else { digits.insert(UInt8(ascii: "1"), at: 0) }
    return Version(String(decoding: digits, as: UTF8.self)) ?? .zero
  }
}
