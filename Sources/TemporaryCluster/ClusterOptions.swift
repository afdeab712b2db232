extension TemporaryCluster {
  /// How a throw-away cluster is made. The default is what tests want: fast, not durable, ready for logical decoding.
  public struct Options: Sendable {
    /// Lines of postgresql.conf, which win over ours. Values are quoted for you.
    public var settings: [String: String] = [:]
    /// Shared libraries to load at start; the server does not start without them.
    public var preload: [String] = []
    /// The database that pg_cron runs in. It is loaded where it is installed, see ``TemporaryCluster/hasCron``.
    public var cronDatabase: String?
    /// Whether commits reach the disk. True where times are measured that a user would see, false for tests.
    public var isDurable = false
    /// The major version wanted, as in 15; nil takes what is found first.
    public var version: Int?

    public init(
      settings: [String: String] = [:], preload: [String] = [], cronDatabase: String? = nil,
      isDurable: Bool = false, version: Int? = nil
    ) {
      self.settings = settings
      self.preload = preload
      self.cronDatabase = cronDatabase
      self.isDurable = isDurable
      self.version = version
    }

    /// The lines to append to postgresql.conf. The folder of the socket is not among them.
    func configuration(withCron: Bool) -> String {
      var values = [
        "listen_addresses": "", "port": "5432", "max_connections": "300",
        "timezone": "UTC", "log_timezone": "UTC",
        "wal_level": "logical", "max_wal_senders": "50", "max_replication_slots": "50",
        "log_min_messages": "warning",
      ]
      if !isDurable {
        values.merge(["fsync": "off", "full_page_writes": "off"]) { $1 }
      }
      var libraries = preload
      if withCron, let cronDatabase {
        libraries.append("pg_cron")
        values["cron.database_name"] = cronDatabase
        // By default it would connect over TCP, where nobody listens.
        values["cron.use_background_workers"] = "on"
        values["max_worker_processes"] = "24"
      }
      if !libraries.isEmpty { values["shared_preload_libraries"] = libraries.joined(separator: ",") }
      values.merge(settings) { $1 }
      return values.sorted { $0.key < $1.key }
        .map { "\($0.key) = '\(doubling("'", in: $0.value))'" }
        .joined(separator: "\n")
    }
  }
}

/// How SQL and postgresql.conf alike write a quote inside of quotes.
func doubling(_ quote: Character, in text: String) -> String {
  String(text.flatMap { $0 == quote ? [$0, $0] : [$0] })
}
