import PostgresClient
import Replication
import TemporaryCluster
import TestSupport
import Testing

@Suite("Replication stream, its life", .serialized, .timeLimit(.minutes(10))) struct StreamLifeTests {
  @Test func `what was not confirmed is sent again, what was is not`() async throws {
    try await Durable.run { durable in
      try await durable.insert(1, 2)
      let first = try await durable.stream()
      #expect(summary(try await first.nextTransaction())[1] == "insert notes (1)")
      let second = try await first.nextTransaction()
      await first.stop()

      let again = try await durable.stream()
      let events = try await again.nextTransaction()
      #expect(summary(events)[1] == "insert notes (1)")
      again.confirm(events)
      await again.stop()

      let third = try await durable.stream()
      let rest = try await third.nextTransaction()
      #expect(rest == second)
      third.confirm(rest)
      await third.stop()

      try await durable.insert(3)
      let last = try await durable.stream()
      #expect(summary(try await last.nextTransaction())[1] == "insert notes (3)")
      await last.stop()
    }
  }

  @Test func `an idle slot follows the log while other tables change`() async throws {
    try await Durable.run { durable in
      let stream = try await durable.stream { $0.statusInterval = .milliseconds(20) }
      let reading = Task { try await stream.next() }
      let target = try await durable.connection.run { connection in
        try connection.execute("create table other (id int); insert into other values (1)")
        return try connection.query("select pg_current_wal_flush_lsn()::text")[0][0].flatMap(LSN.init)
      }
      // Ends by the suite's time limit if the slot stands still.
      while try await durable.confirmed() < (try #require(target)) { await Task.yield() }
      await stream.stop()
      #expect(try await reading.value == nil)
    }
  }

  @Test func `a consumer that takes long is not cut off`() async throws {
    try await Durable.run { durable in
      let stream = try await durable.stream(serverOptions: "-c wal_sender_timeout=400ms") {
        $0.statusInterval = .milliseconds(50)
      }
      try await durable.insert(1)
      _ = try await stream.nextTransaction()
      // Three times the time after which the server gives a silent stream up.
      _ = try await durable.connection.run { try $0.query("select pg_sleep(1.2)") }
      try await durable.insert(2)
      #expect(summary(try await stream.nextTransaction())[1] == "insert notes (2)")
      await stream.stop()
    }
  }

  @Test func `stop releases whoever waits, and may be called twice`() async throws {
    try await Durable.run { durable in
      let stream = try await durable.stream()
      let waiting = Task { try await stream.next() }
      await stream.stop()
      await stream.stop()
      #expect(try await waiting.value == nil)
      #expect(try await stream.next() == nil)
    }
  }

  @Test func `a cancelled task gets nothing, and the stream goes on`() async throws {
    try await Durable.run { durable in
      let stream = try await durable.stream()
      let waiting = Task { try await stream.next() }
      waiting.cancel()
      #expect(try await waiting.value == nil)
      try await durable.insert(1)
      #expect(summary(try await stream.nextTransaction())[1] == "insert notes (1)")
      await stream.stop()
    }
  }

  @Test func `a stream in a loop`() async throws {
    try await Durable.run { durable in
      let stream = try await durable.stream()
      try await durable.insert(1, 2)
      var seen: [String] = []
      for try await events in stream {
        seen += summary(events).filter { $0.hasPrefix("insert") }
        stream.confirm(events)
        if seen.count == 2 { await stream.stop() }
      }
      #expect(seen == ["insert notes (1)", "insert notes (2)"])
    }
  }

  @Test(arguments: [false, true])
  func `large transactions, held back by the server or by this side`(streams: Bool) async throws {
    try await Durable.run { durable in
      let stream = try await durable.stream(serverOptions: "-c logical_decoding_work_mem=64kB") {
        $0.streamsLargeTransactions = streams
      }
      let writer = durable.connection
      _ = try await writer.run {
        try $0.execute(
          """
          begin; insert into notes select generate_series(1, 3000);
          savepoint a; insert into notes select generate_series(10001, 13000); rollback to a;
          insert into notes select generate_series(3001, 4000); commit;
          begin; insert into notes select generate_series(20001, 23000); rollback;
          insert into notes values (5000)
          """)
      }
      let events = try await stream.nextTransaction()
      #expect(
        summary(events) == ["begin"] + (1...4000).map { "insert notes (\($0))" } + ["commit"])
      #expect(summary(try await stream.nextTransaction())[1] == "insert notes (5000)")
      await stream.stop()
      #expect(try await durable.hasStreamed() == streams)
    }
  }

  @Test func `a missing slot, one in use and a missing publication are errors that name them`() async throws {
    try await Durable.run { durable in
      await #expect(throws: ReplicationError.self) {
        try await ReplicationStream.start(
          durable.settings, StreamOptions(slot: .durable("no_such_slot"), publications: ["notes"]))
      }
      let stream = try await durable.stream()
      do {
        _ = try await durable.stream()
        Issue.record("two streams read one slot")
      } catch let error as ReplicationError {
        #expect(error.code == "55006")
        #expect("\(error)".contains(durable.slot))
      }
      await stream.stop()

      let blind = try await durable.stream { $0.publications = ["no_such_publication"] }
      try await durable.insert(1)
      do {
        _ = try await blind.nextTransaction()
        Issue.record("a publication that does not exist was read")
      } catch let error as ReplicationError {
        #expect(error.code == "42704")
        #expect("\(error)".contains("no_such_publication"))
      }
      #expect(try await blind.next() == nil)
    }
  }

  @Test func `a server that goes away is an error`() async throws {
    let cluster = try await TemporaryCluster.start()
    try await Durable.run(on: cluster) { durable in
      let stream = try await durable.stream()
      async let restarted: Void = cluster.restart()
      await #expect(throws: ReplicationError.self) { while try await stream.next() != nil {} }
      try await restarted

      let second = try await durable.stream()
      async let crashed: Void = cluster.crash()
      await #expect(throws: ReplicationError.self) { while try await second.next() != nil {} }
      try await crashed

      try await durable.reconnected().insert(1)
      let third = try await durable.stream()
      #expect(summary(try await third.nextTransaction())[1] == "insert notes (1)")
      await third.stop()
    }
    await cluster.stop()
  }
}

extension ReplicationError {
  var code: SQLState? {
    if case .database(let error) = cause { error.code } else { nil }
  }
}

/// A database with one published table, `notes (id int)`, and a durable slot.
private struct Durable {
  let settings: ConnectionSettings
  let connection: PostgresConnection
  var slot: String { LiveStream.slotName(settings) }

  static func run(
    on cluster: TemporaryCluster? = nil, _ body: (Durable) async throws -> Void
  ) async throws {
    let home = if let cluster { cluster } else { try await TemporaryCluster.forSlots() }
    let settings = try await home.createDatabase()
    let durable = Durable(settings: settings, connection: try await PostgresConnection.connect(settings))
    try await durable.connection.run { connection in
      try connection.execute(
        "create table notes (id int primary key); create publication notes for table notes")
      try ReplicationSlot.create(durable.slot, on: connection)
    }
    try await body(durable)
    let last = try await durable.reconnected()
    try await last.connection.run { try ReplicationSlot.drop(durable.slot, on: $0) }
    await last.connection.close()
  }

  func reconnected() async throws -> Durable {
    connection.isClosed
      ? Durable(settings: settings, connection: try await PostgresConnection.connect(settings)) : self
  }

  func stream(
    serverOptions: String = "", _ adjust: (inout StreamOptions) -> Void = { _ in }
  ) async throws(ReplicationError) -> ReplicationStream {
    var options = StreamOptions(slot: .durable(slot), publications: ["notes"])
    options.largestBatch = 1  // so that no batch holds two transactions
    adjust(&options)
    return try await ReplicationStream.start(
      serverOptions.isEmpty ? settings : settings.with("options", serverOptions), options)
  }

  func insert(_ ids: Int...) async throws {
    for id in ids {
      _ = try await connection.run { try $0.query("insert into notes values ($1)", [id]) }
    }
  }

  func hasStreamed() async throws -> Bool {
    try await connection.run {
      try $0.query("select stream_txns > 0 from pg_stat_replication_slots where slot_name = $1", [slot])
        .scalar()
    }
  }

  func confirmed() async throws -> LSN {
    try #require(try await connection.run { try ReplicationSlot.confirmed(slot, on: $0) })
  }
}
