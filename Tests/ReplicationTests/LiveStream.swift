import PostgresClient
import Replication
import TemporaryCluster
import TestSupport
import Testing

/// A database of one's own, a connection to it, and a stream of its publication `everything`.
struct LiveStream {
  let settings: ConnectionSettings
  let connection: PostgresConnection
  let stream: ReplicationStream

  /// The script makes the tables before the stream starts.
  static func run(
    _ script: String, publication: String = "for all tables", serverOptions: String = "",
    _ adjust: @Sendable (inout StreamOptions) -> Void = { _ in },
    _ body: (LiveStream) async throws -> Void
  ) async throws {
    let settings = try await TemporaryCluster.forSlots().createDatabase()
    let connection = try await PostgresConnection.connect(settings)
    _ = try await connection.run {
      try $0.execute("\(script); create publication everything \(publication)")
    }
    var options = StreamOptions(slot: .temporary(slotName(settings)), publications: ["everything"])
    options.includesMessages = true
    adjust(&options)
    let stream = try await ReplicationStream.start(
      serverOptions.isEmpty ? settings : settings.with("options", serverOptions), options)
    do {
      try await body(LiveStream(settings: settings, connection: connection, stream: stream))
    } catch {
      await stream.stop()
      throw error
    }
    await stream.stop()
    await connection.close()
  }

  /// Slots belong to the cluster, so their names tell the databases apart.
  static func slotName(_ settings: ConnectionSettings) -> String {
    "slot_of_\(settings.parameters["dbname"] ?? "")"
  }

  func execute(_ script: String) async throws {
    _ = try await connection.run { try $0.execute(script) }
  }

  /// Runs the script and returns everything that reaches the stream until it is through.
  func events(of script: String) async throws -> [StreamEvent] {
    try await execute(script)
    return try await eventsSoFar()
  }

  /// Expects the script to bring just these events.
  func expect(_ expected: [String], of script: String, at location: SourceLocation = #_sourceLocation)
    async throws
  {
    let seen = summary(try await events(of: script))
    #expect(seen == expected, sourceLocation: location)
  }

  /// What was committed up to now and not read yet.
  func eventsSoFar() async throws -> [StreamEvent] {
    try await execute("select pg_logical_emit_message(true, 'test', 'so far')")
    var events: [StreamEvent] = []
    while let more = try await stream.next() {
      events += more
      if isMark(events.dropLast().last) { return events.dropLast(3) }
    }
    throw StreamEndedEarly(events: summary(events))
  }

  private func isMark(_ event: StreamEvent?) -> Bool {
    if case .message(let message)? = event { message.prefix == "test" } else { false }
  }
}

extension ReplicationStream {
  /// What comes until the next commit.
  func nextTransaction() async throws -> [StreamEvent] {
    var events: [StreamEvent] = []
    while let more = try next() {
      events += more
      if case .commit? = events.last { return events }
    }
    throw StreamEndedEarly(events: summary(events))
  }
}

struct StreamEndedEarly: Error {
  var events: [String]
}
