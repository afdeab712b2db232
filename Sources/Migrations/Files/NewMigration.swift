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

  /// Writes the file, with one that takes it back where that is wanted, and the folder where it is missing; returns the
  /// paths. Throws `FileError` when the folder is no valid set of migrations, is another tool's, or cannot be written.
  public func write(
    to folder: String, withDown: Bool = false, now: Date = Date()
  ) throws(FileError) -> [String] {
    let stem = "\(folder)/\(Self.version(after: try versions(in: folder), now: now))_\(name)"
    let files = [("\(stem).sql", Self.template)] + (withDown ? [("\(stem).down.sql", Self.downTemplate)] : [])
    for (path, text) in files {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
      } catch {
        throw FileError(.unwritable("\(error)"), path: path)
      }
    }
    return files.map(\.0)
  }

  private static let downTemplate = """
    -- What takes it back, for muster migrate --to.

    """

  private static let template = """
    -- What this changes, and why.
    --
    -- It runs in one transaction. "-- muster: no-transaction" on a line of its own up here changes that; so do
    -- lock-timeout 10s, statement-timeout 1h and requires-extension NAME for what they name.

    """

  private func versions(in folder: String) throws(FileError) -> [Version] {
    do throws(FileError) {
      let files = try MigrationFolder(reading: folder)
      // Plain names and no markers are what these two have in common with Muster.
      guard [.muster, .supabase].contains(files.tool) else {
        throw FileError(.anothersFolder(files.tool), path: folder)
      }
      return files.files.map(\.version)
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
