import PostgresClient

/// Looks, from a session of its own, at who keeps a session waiting for a lock, and says so while it waits.
///
/// It opens that session only for a file that takes longer than a moment, and stays idle between looks.
struct BlockerWatch: Sendable {
  let settings: ConnectionSettings
  /// The server process that is watched.
  let backend: Int32
  let report: @Sendable ([Blocker]) -> Void

  private static let interval = Duration.milliseconds(250)

  /// Runs the body, watching. That the watch itself cannot connect or look is no reason to fail.
  func during<T: Sendable>(_ body: () async throws -> T) async throws -> T {
    let watch = Task { try? await look() }
    defer { watch.cancel() }
    return try await body()
  }

  private func look() async throws {
    try await Task.sleep(for: Self.interval)
    let connection = try await PostgresConnection.connect(settings)
    do {
      try await look(through: connection)
    } catch {
      await connection.close()
      throw error
    }
  }

  private func look(through connection: PostgresConnection) async throws {
    var told: Set<Int32> = []
    while true {
      let blockers = try await connection.run { connection in
        try Blocker.read("select unnest(pg_catalog.pg_blocking_pids(\(backend)))", connection)
      }
      let processes = Set(blockers.map(\.processID))
      if !processes.isEmpty, processes != told { report(blockers) }
      told = processes
      try await Task.sleep(for: Self.interval)
    }
  }
}
