public import PostgresClient

/// One database of a fleet, or one schema of a database in which every tenant has a schema of his own.
public struct FleetTarget: Sendable, Hashable {
  public let settings: ConnectionSettings
  /// The tenant's schema; nil where the target is the database itself.
  public let schema: String?

  public init(_ settings: ConnectionSettings, schema: String? = nil) {
    self.settings = settings
    self.schema = schema
  }

  /// Where the server is, as far as the settings say: `db.example:5433`, `service=shop`, or nothing.
  public var server: String {
    let parameters = plain
    if let service = parameters["service"] { return "service=\(service)" }
    let host = parameters["host"] ?? parameters["hostaddr"] ?? ""
    return host + (parameters["port"].map { ":\($0)" } ?? "")
  }

  /// The database's name; empty where it is left to libpq.
  public var database: String { plain["dbname"] ?? "" }

  /// What reports call it: stable, unique in a fleet, and without user and password.
  public var name: String {
    let place = server.isEmpty ? database : "\(server)/\(database)"
    return schema.map { "\(place) schema=\($0)" } ?? place
  }

  /// The parameters, those included that libpq finds in a `dbname` that is a connection string itself.
  private var plain: [String: String] {
    guard let name = settings.parameters["dbname"], name.contains("=") || name.contains("://")
    else { return settings.parameters }
    let inner = (try? ConnectionSettings(name).parameters) ?? [:]
    return settings.parameters.merging(inner) { $1 }.filter { $0.key != "dbname" || inner["dbname"] != nil }
  }

  /// Migrates this target: a tenant's schema has a history and a lock of its own, and is where names without a schema are found.
  public func migrator(directory: String, options: Migrator.Options) -> Migrator {
    guard let schema else { return Migrator(settings, directory: directory, options: options) }
    var options = options
    options.scope = schema
    let earlier = settings.parameters["options"].map { "\($0) " } ?? ""
    let path = Self.escaped("\"\(schema.replacing("\"", with: "\"\""))\"")
    return Migrator(
      settings.with("options", "\(earlier)-c search_path=\(path)"), directory: directory, options: options)
  }

  /// As a word among the server's options, where spaces and backslashes have a meaning.
  private static func escaped(_ word: String) -> String {
    word.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
  }
}
