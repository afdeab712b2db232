internal import CLibPQ

/// What libpq is told about a server; whatever is not said here, libpq takes from PG* variables, the service file and .pgpass.
///
/// Descriptions and reflections of it never show a password.
public struct ConnectionSettings: Sendable, Hashable {
  /// libpq keywords and their values, such as `host` and `dbname`.
  public var parameters: [String: String]

  public init(parameters: [String: String] = [:]) {
    self.parameters = parameters
  }

  /// Reads `postgresql://user@host:5432/name?key=value` or `host=… dbname=…`.
  ///
  /// - Throws: ``PostgresError`` of kind `settings` that names the fault and shows none of the text, which may hold a password.
  public init(_ conninfoOrURL: String) throws(PostgresError) {
    parameters = try ConnectionStringParser.parse(conninfoOrURL)
  }

  /// The settings that a command was given: its option, else `DATABASE_URL`, else libpq's own variables.
  ///
  /// - Returns: nil when none of them names a database.
  public static func resolve(
    option: String?, environment: [String: String]
  ) throws(PostgresError) -> ConnectionSettings? {
    if let option {
      guard !option.isEmpty else {
        throw PostgresError(.settings, "the database URL is empty", hint: ConnectionStringParser.forms)
      }
      return try ConnectionSettings(option)
    }
    if let url = environment["DATABASE_URL"], !url.isEmpty { return try ConnectionSettings(url) }
    let naming = ["PGDATABASE", "PGHOST", "PGHOSTADDR", "PGSERVICE"]
    return naming.contains { environment[$0]?.isEmpty == false } ? ConnectionSettings() : nil
  }

  /// The same settings with one keyword set.
  public func with(_ keyword: String, _ value: String) -> ConnectionSettings {
    var copy = self
    copy.parameters[keyword] = value
    return copy
  }
}

extension ConnectionSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private static let secrets: Set<String> = ["password", "sslpassword"]

  /// The keywords in order, secrets as `***`.
  public var description: String {
    let shown = parameters.sorted { $0.key < $1.key }.map { keyword, value in
      Self.secrets.contains(keyword) ? "\(keyword)=***" : "\(keyword)=\(Self.quoted(value))"
    }
    return shown.isEmpty ? "(libpq's defaults)" : shown.joined(separator: " ")
  }

  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["parameters": description]) }

  private static func quoted(_ value: String) -> String {
    let plain = !value.isEmpty && !value.contains { " '\\".contains($0) }
    if plain { return value }
    let escaped = value.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    return "'\(escaped)'"
  }
}
