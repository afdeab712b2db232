import PostgresClient

/// What a delivery check works with: people with accounts, a connection on which they act, and one as the owner.
struct Crew: Sendable {
  let context: CheckContext
  /// Signed-in users who exist for this check alone.
  let people: [Persona]
  /// What the session ids and names of this check begin with.
  let mark: String
  /// The name of its replication slot.
  var slot: String { "muster_verify_\(owner.backendProcessID)" }
  private let owner: PostgresConnection
  private let stage: PostgresConnection

  /// A check that is carried out by a crew. Its people are gone afterwards with all that hangs on them, and what does not
  /// is taken away by the statement that `cleanup` makes.
  static func check(
    _ name: String, seed: Int? = nil, _ promise: String, requires: [String] = [],
    people: @escaping @Sendable (CheckContext) -> Int,
    cleanup: @escaping @Sendable (Crew) -> SQL? = { _ in nil },
    play: @escaping @Sendable (Crew) async throws -> Outcome
  ) -> Check {
    Check(
      name, seed: seed, promise, tags: [.commits, .simulation, .alone],
      requires: ["muster.tick", "muster.live_count"] + requires
    ) { context in
      let owner = try await context.connect()
      do {
        let outcome = try await carryOut(
          context, name: name, people: people(context), owner: owner, cleanup: cleanup, play: play)
        await owner.close()
        return outcome
      } catch {
        await owner.close()
        throw error
      }
    }
  }

  private static func carryOut(
    _ context: CheckContext, name: String, people: Int, owner: PostgresConnection,
    cleanup: @Sendable (Crew) -> SQL?, play: @Sendable (Crew) async throws -> Outcome
  ) async throws -> Outcome {
    if let reason = try await reasonToSkip(owner) { return .skipped(reason) }
    var cast = context.personas(for: name)
    let crew = Crew(
      context: context, people: (0..<people).map { cast.signedIn("user \($0)") },
      mark: "muster-verify-\(owner.backendProcessID)-", owner: owner, stage: try await context.connect())
    let result: Result<Outcome, any Error>
    do {
      try await crew.admit()
      result = .success(try await play(crew))
    } catch {
      result = .failure(error)
    }
    await crew.stage.close()
    try await crew.dismiss(cleanup(crew))
    return try result.get()
  }

  private static func reasonToSkip(_ owner: PostgresConnection) async throws -> String? {
    try await owner.run { connection in
      let level: String = try connection.query("select current_setting('wal_level')").scalar()
      if level != "logical" {
        return "wal_level is \(level), and only where it is logical can changes be read"
      }
      let isPublished: Bool = try connection.query(
        "select exists (select from pg_catalog.pg_publication where pubname = 'muster')"
      ).scalar()
      return isPublished ? nil : "there is no publication muster"
    }
  }

  private func admit() async throws {
    let ids = people.compactMap(\.id)
    _ = try await owner.run {
      try $0.query(
        "insert into auth.users (id) select given.id::uuid from unnest($1::text[]) as given (id)", [ids])
    }
  }

  private func dismiss(_ cleanup: SQL?) async throws {
    let ids = people.compactMap(\.id)
    try await owner.run { connection in
      try connection.shieldedFromCancellation { connection in
        if let cleanup { try connection.execute(cleanup.text) }
        try connection.query(
          "delete from auth.users using unnest($1::text[]) as given (id) where users.id = given.id::uuid",
          [ids])
      }
    }
  }
}

// MARK: Acting

extension Crew {
  /// Calls something as somebody, in a transaction of its own.
  ///
  /// - Returns: the first column of the first row.
  @discardableResult
  func call(as persona: Persona, _ sql: SQL) async throws -> String? {
    try await call([(persona, sql)])[0]
  }

  /// Calls many things in one round trip, each as somebody and in a transaction of its own.
  @discardableResult
  func call(_ calls: [(persona: Persona, sql: SQL)]) async throws -> [String?] {
    let statements = calls.flatMap { call in
      [Acting.entrance(of: call.persona), Statement(call.sql.text, syncAfter: true)]
    }
    let count = calls.count
    return try await stage.run { connection in
      let results = try connection.pipeline(statements)
      return try (0..<count).map { index in
        _ = try results[2 * index].get()
        return try results[2 * index + 1].get().first?[0]
      }
    }
  }

  /// Does something as the owner of the database.
  ///
  /// - Returns: the first column of the first row.
  @discardableResult
  func own(_ sql: SQL) async throws -> String? {
    try await owner.run { try $0.query(sql.text).first?[0] }
  }

  /// Does several things as the owner of the database, in one transaction.
  func ownScript(_ script: SQL) async throws {
    _ = try await owner.run { try $0.execute(script.text) }
  }

  func deliver(
    to subscribers: [Subscriber], play: @escaping @Sendable (Delivery) async throws -> Void
  ) async throws -> DeliveryReport {
    try await Delivery.run(context.settings, slot: slot, to: subscribers, play: play)
  }
}
