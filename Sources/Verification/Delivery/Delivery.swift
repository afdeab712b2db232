import PostgresClient
import Replication
import Synchronization

/// A publication's changes on their way to simulated subscribers, while a check makes things happen.
///
/// One replication stream feeds them all. Whoever subscribed to what changed reads again, as himself, what his page shows;
/// that is how delivery is checked as long as clients read for themselves.
package actor Delivery {
  /// How long a straggler is waited for, so that a finding can say how late he was.
  private static let patience = Duration.seconds(3)
  /// How many identities a connection asks for in one round trip.
  private static let errandsAtOnce = 64

  private var audience: Audience
  private let bells: [AsyncStream<Void>.Continuation]

  private init(_ audience: Audience, bells: [AsyncStream<Void>.Continuation]) {
    self.audience = audience
    self.bells = bells
  }

  /// Lets the subscribers open their pages, plays, and says what they went through.
  ///
  /// - Throws: what the play throws, `ReplicationError` and `PostgresError`: the check could not be carried out.
  static func run(
    _ settings: ConnectionSettings, slot: String, to subscribers: [Subscriber], readers: Int = 2,
    play: @escaping @Sendable (Delivery) async throws -> Void
  ) async throws -> DeliveryReport {
    let rings = (0..<readers).map { _ in
      AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }
    let delivery = Delivery(Audience(subscribers), bells: rings.map(\.continuation))
    let options = StreamOptions(slot: .temporary(slot), publications: ["muster"])
    let stream = try await ReplicationStream.start(settings, options)
    do {
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask { try await delivery.listen(to: stream) }
        group.addTask { try await tick(settings) }
        for ring in rings { group.addTask { try await delivery.read(settings, at: ring.stream) } }
        group.addTask {
          try await delivery.awaitOpening()
          do { try await play(delivery) } catch is Missed {}  // which the report tells of
          return true
        }
        // Only the play ends by itself; if one of the others does, it is by an error.
        while let isOver = try await group.next(), !isOver {}
        group.cancelAll()
      }
    } catch {
      await stream.stop()
      throw error
    }
    await stream.stop()
    return await delivery.audience.report
  }

  // MARK: What goes on in the background

  private func listen(to stream: ReplicationStream) async throws -> Bool {
    for try await events in stream {
      audience.hear(events)
      stream.confirm(events)
      ring()
    }
    return false
  }

  private func ring() {
    for bell in bells { bell.yield() }
  }

  private nonisolated func read(
    _ settings: ConnectionSettings, at bell: AsyncStream<Void>
  ) async throws -> Bool {
    let reader = try await Reader(settings)
    do {
      for await _ in bell {
        while case let errands = await errands(), !errands.isEmpty {
          let readings = try await reader.answers(to: errands)
          await take(readings, at: .now)
        }
      }
    } catch {
      await reader.close()
      if Task.isCancelled { return false }
      throw error
    }
    await reader.close()
    return false
  }

  private func errands() -> [Audience.Errand] { audience.takeErrands(atMost: Self.errandsAtOnce) }

  private func take(_ readings: [Audience.Reading], at instant: ContinuousClock.Instant) {
    audience.take(readings, at: instant)
    ring()
  }

  /// What `muster tick --watch` does.
  private static func tick(_ settings: ConnectionSettings) async throws -> Bool {
    let connection = try await PostgresConnection.connect(settings)
    do {
      var next = ContinuousClock.now
      while true {
        _ = try await connection.run { try $0.query("select muster.tick()") }
        next = max(next + .milliseconds(250), .now)
        try await Task.sleep(until: next)
      }
    } catch {
      await connection.close()
      if Task.isCancelled { return false }
      throw error
    }
  }

  // MARK: What a check does

  private func awaitOpening() async throws {
    ring()
    try await wait(atMost: .seconds(30)) { $0.isReady }
    guard audience.isReady else { throw Finding("not all subscribers could open their pages within 30 s") }
  }

  /// Makes one thing happen, and waits until everybody concerned knows of it or has plainly missed it.
  ///
  /// The clock starts before the call is sent, so that what is measured is never less than the time since its commit.
  ///
  /// - Parameters:
  ///   - name: what happens, for findings.
  ///   - wanted: what a subscriber must see then; nil where it does not matter to him.
  ///   - cause: makes it happen.
  /// - Throws: what the cause throws.
  package func round(
    _ name: String, _ wanted: @Sendable (Int, Subscriber) -> String?, cause: @Sendable () async throws -> Void
  ) async throws {
    var answers: [Int: String] = [:]
    for (member, subscriber) in audience.subscribers.enumerated() {
      answers[member] = wanted(member, subscriber)
    }
    audience.expect(name, answers, from: .now)
    try await cause()
    try await wait(atMost: Self.patience) { $0.isSettled }
    if audience.conclude() > 0 { throw Missed() }
  }

  /// Somebody missed a change: what would come after it would be measured against a state that nobody has.
  private struct Missed: Error {}

  /// Looks again every few milliseconds: latencies are taken where answers come in, not here.
  private func wait(atMost limit: Duration, until condition: (Audience) -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while !condition(audience), .now < deadline { try await Task.sleep(for: .milliseconds(5)) }
  }
}
