/// What `flyway.conf` or `flyway.toml`, in the folder or above it, says of how files are read.
struct FlywayConfiguration {
  private static let names = ["flyway.conf", "flyway.toml", "conf/flyway.conf", "conf/flyway.toml"]

  /// What the name of a versioned file begins with, where that is said; it can be nothing.
  var prefix: String? { settings["flyway.sqlMigrationPrefix"] }

  private let settings: Settings
  private let replacesPlaceholders: Bool
  private let placeholders: [String: String]

  init(of folder: FolderListing) throws(FileError) {
    let here = Self.names.first(where: folder.has).map(folder.path(of:))
    let path = here ?? folder.above(Self.names, levels: 4)
    let text = try path.map { path throws(FileError) in
      String(decoding: try FolderListing.read(path), as: UTF8.self)
    }
    settings = Settings(text ?? "")
    replacesPlaceholders = settings["flyway.placeholderReplacement"] != "false"
    let schema = settings["flyway.defaultSchema"] ?? settings["flyway.schemas"] ?? "public"
    let builtIn = [
      "flyway:defaultSchema": String(schema.prefix { $0 != "," }),
      "flyway:table": settings["flyway.table"] ?? "flyway_schema_history",
    ]
    placeholders = builtIn.merging(settings.below("flyway.placeholders.")) { _, own in own }
  }

  /// With what the `.conf` beside a file says of it alone.
  func conduct(of name: FlywayName, in folder: FolderListing) throws(FileError) -> Conduct {
    let own = Settings(try folder.text(of: name.path + ".conf") ?? "")
    let replaces = own["placeholderReplacement"].map { $0 != "false" } ?? replacesPlaceholders
    return Conduct.foreign.with { conduct in
      conduct.noTransaction = own["executeInTransaction"] == "false"
      conduct.leavesTransactionByItself = own["executeInTransaction"] == nil
      conduct.placeholders = replaces ? filled(for: name) : nil
      conduct.language = name.isSQL ? nil : "Java"
    }
  }

  private func filled(for name: FlywayName) -> Placeholders {
    let file = name.path.split(separator: "/").last.map(String.init) ?? name.path
    var filled = Placeholders(placeholders.merging(["flyway:filename": file]) { _, own in own })
    filled.opening = settings["flyway.placeholderPrefix"] ?? filled.opening
    filled.closing = settings["flyway.placeholderSuffix"] ?? filled.closing
    return filled
  }
}
