import FoundationEssentials
import SystemPackage

/// What a folder holds, as far as layouts want to know it.
struct FolderListing: Sendable {
  /// A file whose name begins with a digit and ends in `.sql`, and that is no way back: what most tools go by.
  struct NumberedFile: Sendable {
    let name: String
    let bytes: [UInt8]
  }

  let path: String
  /// The names at the top, in order.
  let names: [String]
  let numbered: [NumberedFile]

  /// Throws `FileError` when there is no such folder, or it or a numbered file cannot be read.
  init(reading path: String) throws(FileError) {
    self.path = path
    names = try Self.list(path)
    numbered = try names.filter(Self.isNumbered).map { name throws(FileError) in
      NumberedFile(name: name, bytes: try Self.read("\(path)/\(name)"))
    }
  }

  func path(of name: String) -> String { "\(path)/\(name)" }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self.path(of: name)) }

  func read(_ name: String) throws(FileError) -> [UInt8] { try Self.read(self.path(of: name)) }

  /// The text of a file that may be missing.
  func text(of name: String) throws(FileError) -> String? {
    has(name) ? String(decoding: try read(name), as: UTF8.self) : nil
  }

  /// The names of a folder in here, none when there is no such folder.
  func names(in folder: String) throws(FileError) -> [String] {
    isFolder(folder) ? try Self.list(path(of: folder)) : []
  }

  func isFolder(_ name: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path(of: name), isDirectory: &isFolder) && isFolder
  }

  /// Every file at any depth, by its path from here; what is hidden and what is deeper than anybody files migrations is
  /// passed over.
  func namesBelow() throws(FileError) -> [String] { try Self.walk(self, below: "", names: names, depth: 6) }

  /// The nearest file of one of these names in the folders above, as a path.
  func above(_ candidates: [String], levels: Int) -> String? {
    var folder = place
    for _ in 0..<levels {
      folder.removeLastComponent()
      for name in candidates {
        let place = folder.appending(name).string
        if FileManager.default.fileExists(atPath: place) { return place }
      }
    }
    return nil
  }

  /// The name of the folder that this one is in.
  var parentName: String { place.removingLastComponent().lastComponent?.string ?? "" }

  /// From the root, without dots.
  private var place: FilePath {
    FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(path)).lexicallyNormalized()
  }

  // MARK: Reading

  private static func isNumbered(_ name: String) -> Bool {
    guard let first = name.utf8.first, ASCIIText.isDigit(first) else { return false }
    return ASCIIText.ends(name, in: ".sql")
      ? !ASCIIText.ends(name, in: ".down.sql") : name.suffix(4).lowercased() == ".sql"
  }

  private static func walk(
    _ listing: FolderListing, below folder: String, names: [String], depth: Int
  ) throws(FileError) -> [String] {
    var found: [String] = []
    for name in names where !name.hasPrefix(".") {
      let place = folder.isEmpty ? name : "\(folder)/\(name)"
      let mayBeFolder = !name.hasSuffix(".sql")
      if mayBeFolder, listing.isFolder(place) {
        guard depth > 0, name != "node_modules" else { continue }
        found += try walk(listing, below: place, names: try listing.names(in: place), depth: depth - 1)
      } else {
        found.append(place)
      }
    }
    return found
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
      let mayRead = FileManager.default.isReadableFile(atPath: path)
      throw FileError(.unreadable(mayRead ? "\(error)" : "permission denied"), path: path)
    }
  }

  static func read(_ path: String) throws(FileError) -> [UInt8] {
    do {
      return try FileBytes.read(path)
    } catch {
      throw FileError(.unreadable(FileBytes.complaint(error)), path: path)
    }
  }
}
