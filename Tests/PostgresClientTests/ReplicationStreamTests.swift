import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ReplicationStreamTests {
  @Test func aStreamIsReadAnsweredAndEnded() async throws {
    let connection = try await streaming()
    let writer = try await PostgresConnection.connect(slotSettings())
    let slot = "client_\(connection.backendProcessID)"
    try await connection.run { connection in
      try connection.execute("CREATE_REPLICATION_SLOT \(slot) TEMPORARY LOGICAL test_decoding")
      try connection.startReplication("START_REPLICATION SLOT \(slot) LOGICAL 0/0")
    }
    try await writer.query("select pg_logical_emit_message(false, 'muster', 'hello')")
    var texts: [String] = []
    while !texts.contains(where: { $0.contains("hello") }) {
      guard case .data(let bytes) = try await connection.receiveCopyData(timeout: .seconds(60)) else { break }
      if bytes.first == UInt8(ascii: "w") {
        texts.append(String(decoding: bytes.dropFirst(25), as: UTF8.self))
      }
      try await connection.sendCopyData([UInt8(ascii: "r")] + Array(repeating: 0, count: 33))
    }
    #expect(texts.last?.contains("hello") == true)
    try await connection.endReplication()
    #expect(try await connection.execute("IDENTIFY_SYSTEM").count == 1)
  }

  @Test func nothingToReadIsIdleNotAnError() async throws {
    let connection = try await streaming()
    let slot = "client_\(connection.backendProcessID)"
    try await connection.execute("CREATE_REPLICATION_SLOT \(slot) TEMPORARY LOGICAL test_decoding")
    try await connection.startReplication("START_REPLICATION SLOT \(slot) LOGICAL 0/0")
    var event = CopyEvent.ended
    repeat { event = try await connection.receiveCopyData(timeout: .milliseconds(1)) } while event != .idle
    let task = Task {
      while true { _ = try await connection.receiveCopyData() }
    }
    task.cancel()
    #expect(await postgresError { try await task.value }?.kind == .cancelled)
    try await terminateBackend(connection.backendProcessID, at: slotSettings())
    let error = await postgresError {
      while try await connection.receiveCopyData() != .ended {}
    }
    #expect(error?.kind == .connection)
    #expect(connection.isClosed)
  }

  @Test func anUnknownSlotIsAnError() async throws {
    let connection = try await streaming()
    let error = await postgresError {
      try await connection.startReplication("START_REPLICATION SLOT nowhere LOGICAL 0/0")
    }
    #expect(error?.code == .undefinedObject)
    #expect(try await connection.execute("IDENTIFY_SYSTEM").count == 1)
  }

  @Test func aStreamStartedAsAQueryIsRefused() async throws {
    let connection = try await streaming()
    let slot = "client_\(connection.backendProcessID)"
    try await connection.execute("CREATE_REPLICATION_SLOT \(slot) TEMPORARY LOGICAL test_decoding")
    let error = await postgresError {
      try await connection.execute("START_REPLICATION SLOT \(slot) LOGICAL 0/0")
    }
    #expect(error?.kind == .protocol)
    #expect(connection.isClosed)
  }

  private func streaming() async throws -> PostgresConnection {
    try await .connect(slotSettings().with("replication", "database"))
  }

  private func slotSettings() async throws -> ConnectionSettings {
    try await TemporaryCluster.forSlots().settings
  }
}
