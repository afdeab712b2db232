import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct NotificationTests {
  @Test func notificationsArriveWhileIdle() async throws {
    let listener = try await connect()
    let sender = try await connect()
    let channel = "channel_\(listener.backendProcessID)"
    try await listener.execute("listen \(channel)")
    try await sender.query("select pg_notify($1, 'while idle')", [channel])
    var arrived = listener.notifications.makeAsyncIterator()
    let first = await arrived.next()
    #expect(first?.payload == "while idle")
    #expect(first?.processID == sender.backendProcessID)
    try await listener.query("select pg_notify($1, 'to itself')", [channel])
    #expect(await arrived.next()?.payload == "to itself")
    await listener.close()
    #expect(await arrived.next() == nil)
  }
}
