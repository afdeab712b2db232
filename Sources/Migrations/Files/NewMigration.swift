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

  /// Writes the file as the tool of the folder would call it, with one that takes it back where that is wanted, and the
  /// folder where it is missing; returns the paths. Throws `FileError` when the folder is no valid set of migrations or
  /// cannot be written.
  public func write(
    to folder: String, as tool: Tool? = nil, withDown: Bool = false, now: Date = Date()
  ) throws(FileError) -> [String] {
    let (versions, tool) = try contents(of: folder, as: tool)
    let version = Self.version(after: versions, now: now)
    let up = try NewFile(of: tool, version: version, name: name, in: folder)
    let down = withDown ? try NewFile(down: tool, version: version, name: name, in: folder) : nil
    let files = [up] + (down.map { [$0] } ?? [])
    for file in files {
      do {
        let parent = URL(filePath: file.path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data(file.text.utf8).write(to: URL(filePath: file.path), options: .withoutOverwriting)
      } catch {
        throw FileError(.unwritable("\(error)"), path: file.path)
      }
    }
    return files.map(\.path)
  }

  private func contents(of folder: String, as tool: Tool?) throws(FileError) -> ([Version], Tool) {
    do throws(FileError) {
      let folder = try MigrationFolder(reading: folder, as: tool)
      return (folder.files.map(\.version).filter { !$0.isRepeatable }, folder.tool)
    } catch {
      switch error.fault {
      case .folderMissing, .noMigrations: return ([], tool ?? .muster)
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
