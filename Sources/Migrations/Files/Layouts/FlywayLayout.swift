/// `V<version>__<name>.sql`, `R__<name>.sql` run again when it changes, `U` files that take back, `B` files that stand for
/// all before them; in subfolders too, with a `.conf` of its own beside a file, and `${placeholders}`. The V can be another
/// prefix, or none.
struct FlywayLayout: Layout {
  let tool = Tool.flyway

  func evidence(in folder: FolderListing) throws(FileError) -> Evidence? {
    let first = try folder.namesBelow().first { FlywayName($0)?.isVersionedOrRepeatable ?? false }
    return first.map { .certain("a file named \($0)") }
  }

  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile] {
    let configuration = try FlywayConfiguration(of: folder)
    let all = try folder.namesBelow()
    let usual = all.compactMap { FlywayName($0, prefix: configuration.prefix ?? "V") }
    let names =
      configuration.prefix == nil && !usual.contains { $0.kind == .versioned }
      ? all.compactMap { FlywayName($0, prefix: "") } : usual
    let versioned = names.filter { $0.kind == .versioned }
    let undoes = Dictionary(names.filter { $0.kind == .undo }.map { ($0.version, $0) }) { first, _ in first }
    // What a baseline stands for may be gone; as long as any of it is there, all of it is, and the baseline is not needed.
    let baselines = names.filter { baseline in
      baseline.kind == .baseline && !versioned.contains { $0.version <= baseline.version }
    }
    let latest = baselines.max { $0.version < $1.version }.map { [$0] } ?? []
    return try (versioned + latest + names.filter { $0.kind == .repeatable }).map { name throws(FileError) in
      let path = folder.path(of: name.path)
      let down = try undoes[name.version].map { undo throws(FileError) in
        Passage(path: folder.path(of: undo.path), conduct: try configuration.conduct(of: undo, in: folder))
      }
      return MigrationFile(
        version: name.version, name: name.title, path: path, bytes: try folder.read(name.path),
        up: Passage(path: path, conduct: try configuration.conduct(of: name, in: folder)), down: down,
        isBaseline: name.kind == .baseline)
    }
  }
}

/// The parts of a file name.
struct FlywayName {
  enum Kind { case versioned, repeatable, undo, baseline }

  let kind: Kind
  let version: Version
  let title: String
  /// From the folder.
  let path: String
  let isSQL: Bool

  var isVersionedOrRepeatable: Bool { kind == .versioned || kind == .repeatable }

  /// Nil for what is no migration. `prefix` is that of versioned files.
  init?(_ path: String, prefix: String = "V") {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let file = slash.map { path[path.index(after: $0)...] } ?? path[...]
    guard let kind = Self.kind(of: file, prefix), let dot = file.lastIndex(of: "."),
      ["sql", "java", "kt", "class"].contains(file[file.index(after: dot)...])
    else { return nil }
    let stem = file[..<dot].dropFirst(kind == .versioned ? prefix.count : 1)
    let cut = stem.firstRange(of: "__")
    let number = stem[..<(cut?.lowerBound ?? stem.endIndex)]
    title = cut.map { String(stem[$0.upperBound...]) } ?? ""
    if kind == .repeatable {
      guard number.isEmpty, !title.isEmpty else { return nil }
      version = Version(repeatable: title)
    } else {
      guard let version = Version(number.replacing("_", with: ".")) else { return nil }
      self.version = version
    }
    self.kind = kind
    self.path = path
    isSQL = file.hasSuffix(".sql")
  }

  private static func kind(of file: Substring, _ prefix: String) -> Kind? {
    let first = file.utf8.first
    if first == UInt8(ascii: "R"), file.hasPrefix("R__") { return .repeatable }
    if first == UInt8(ascii: "U") { return .undo }
    if first == UInt8(ascii: "B") { return .baseline }
    guard prefix.isEmpty || first == prefix.utf8.first else { return nil }
    return file.hasPrefix(prefix) ? .versioned : nil
  }
}
