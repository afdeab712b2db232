/// Why there is no throw-away cluster, or no longer one.
public enum ClusterError: Error, Sendable, CustomStringConvertible {
  /// No folder with `postgres` and `initdb` was found; `searched` is where we looked.
  case noBinaries(searched: [String], version: Int?)
  /// The process runs as root, which PostgreSQL refuses, and there is no such user to run it as.
  case noUser(String)
  /// The folder for temporary files does not let us make one in it.
  case noFolder(in: String)
  /// The server did not start; `log` is the end of what it had to say.
  case didNotStart(log: String)
  /// The supervisor has ended, and the server with it.
  case gone

  public var description: String {
    switch self {
    case .noBinaries(let searched, let version):
      let wanted = version.map { "PostgreSQL \($0) server" } ?? "PostgreSQL server"
      return """
        no \(wanted) is installed here: no folder with `postgres` and `initdb` among
          \(searched.joined(separator: "\n  "))
        Install one (Debian: apt-get install postgresql), or name its pg_config: PG_CONFIG=/path/to/pg_config
        """
    case .noUser(let name):
      return """
        PostgreSQL does not run as root, and there is no user "\(name)" to run it as
        Run as another user, or make that one: useradd --system \(name)
        """
    case .noFolder(let base):
      return "cannot make a folder for a throw-away PostgreSQL in \(base); set TMPDIR to one that is writable"
    case .didNotStart(let log):
      return "the throw-away PostgreSQL did not start; the end of its log:\n\(log)"
    case .gone:
      return "the throw-away PostgreSQL has been stopped"
    }
  }
}
