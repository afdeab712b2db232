import PostgresClient
import TemporaryCluster

/// Where the tests find a server.
func serverSettings() async throws -> ConnectionSettings {
  try await TemporaryCluster.shared().settings
}

func connect() async throws -> PostgresConnection {
  try await .connect(serverSettings())
}

struct NeverWaited: Error {}

/// Returns once the backend is inside a wait of this name, such as `PgSleep`; asks the server until then.
func awaitBackend(_ processID: Int32, waitingFor event: String) async throws {
  let observer = try await connect()
  try await observer.run { observer in
    let givesUpAt = ContinuousClock.now + .seconds(300)
    var current: String?
    while current != event {
      guard .now < givesUpAt else { throw NeverWaited() }
      current = try observer.query(
        "select wait_event from pg_stat_activity where pid = $1", [processID], prepared: true)[0][0]
    }
  }
  await observer.close()
}

/// At the shared server unless another is named.
func terminateBackend(_ processID: Int32, at server: ConnectionSettings? = nil) async throws {
  let home = if let server { server } else { try await serverSettings() }
  try await PostgresConnection.withConnection(to: home) {
    _ = try $0.query("select pg_terminate_backend($1, 30000)", [processID])
  }
}

/// The error that the body throws; nil when it throws none or another kind.
func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? PostgresError
  }
}
