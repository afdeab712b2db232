/// `<digits>_<name>.sql`, `<digits>_<name>.down.sql`, and directives in comments.
struct MusterLayout: Layout {
  let tool = Tool.muster

  func evidence(in folder: FolderListing) -> Evidence? {
    let isPlain = !folder.numbered.isEmpty && !folder.names.contains(where: UpAndDown.isOne)
    return isPlain ? .possible("files named <digits>_<name>.sql") : nil
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    var backward = try backward(in: folder)
    var files: [MigrationFile] = []
    for numbered in folder.numbered {
      let name = try FileName(numbered.name, in: folder.path)
      let down = backward[name.version].map { Passage(path: folder.path(of: $0.text)) }
      files.append(
        MigrationFile(
          version: name.version, name: name.name, path: folder.path(of: name.text), bytes: numbered.bytes,
          down: down)
      )
    }
    for file in files { backward[file.version] = nil }
    let stray = backward.values.min { $0.version < $1.version }
    if let stray { throw FileError(.downWithoutUp, path: folder.path(of: stray.text)) }
    return files
  }

  private func backward(in folder: FolderListing) throws(FileError) -> [Version: FileName] {
    var backward: [Version: FileName] = [:]
    for name in folder.names where ASCIIText.ends(name, in: ".down.sql") {
      guard Version(name.prefix { $0.isNumber }) != nil else { continue }
      let file = try FileName(name, in: folder.path)
      if let other = backward.updateValue(file, forKey: file.version) {
        throw FileError(.sameVersion(file.version, other: other.text), path: folder.path(of: name))
      }
    }
    return backward
  }
}

/// The parts of a migration's file name.
private struct FileName {
  let text: String
  let version: Version
  let name: String

  /// Throws `FileError` for a name that only begins like a migration's: to pass over it in silence would be to pass over
  /// a migration.
  init(_ text: String, in folder: String) throws(FileError) {
    let end = text.utf8.firstIndex { !ASCIIText.isDigit($0) && $0 != UInt8(ascii: ".") } ?? text.endIndex
    let (number, rest) = (text[..<end], text[end...])
    let ending = ASCIIText.ends(rest, in: ".down.sql") ? ".down.sql" : ".sql"
    let name = rest.utf8.dropFirst().dropLast(ending.utf8.count)
    guard let version = Version(number), rest.utf8.first == UInt8(ascii: "_"),
      ASCIIText.ends(rest, in: ending),
      !name.isEmpty
    else { throw FileError(.badName, path: "\(folder)/\(text)") }
    self.text = text
    self.version = version
    self.name = String(decoding: name, as: UTF8.self)
  }
}
