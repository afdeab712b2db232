import PostgresClient
import Replication

/// Beats are not facts: nobody is told of them.
enum BeatSilence {
  static let checks: [Check] = [
    Crew.check(
      "delivery.beats-cause-no-change-event",
      "A beat of a session, a participant, a hold or a visitor sends nothing through the publication",
      requires: [
        "public.heartbeat_session", "public.participant_heartbeat", "public.hold_heartbeat",
        "public.record_heartbeat",
      ],
      people: { _ in 2 },
      cleanup: { crew in
        """
        delete from public.active_users where starts_with(session_id, \(crew.mark));
        delete from public.polls where starts_with(question, \(crew.mark));
        delete from public.heartbeats where starts_with(session_id, \(crew.mark));
        delete from public.live_sessions where starts_with(session_id, \(crew.mark))
        """
      }, play: play)
  ]

  private static let rounds = 20

  private static func play(_ crew: Crew) async throws -> Outcome {
    let beats = try await arrive(crew)
    var options = StreamOptions(slot: .temporary(crew.slot), publications: ["muster"])
    options.includesMessages = true
    let stream = try await ReplicationStream.start(crew.context.settings, options)
    do {
      let transactions = try await beat(crew, beats)
      try await crew.own("select pg_catalog.pg_logical_emit_message(true, \(crew.mark), 'that was all')")
      let findings = try await changes(of: transactions, before: crew.mark, in: stream)
      await stream.stop()
      return Outcome(
        findings: findings, figure: "\(transactions.count) beats by \(beats.count) functions, 0 changes")
    } catch {
      await stream.stop()
      throw error
    }
  }

  private typealias Beat = (persona: Persona, sql: SQL)

  /// Brings everything to life that beats, and says how it does.
  private static func arrive(_ crew: Crew) async throws -> [Beat] {
    let user = crew.people[1]
    let room = try await crew.call(
      as: user, "insert into public.rooms (name) values (\(crew.mark + "room")) returning id")
    let hold = try await Poll.open(crew).press(crew, 1).first?.hold
    let session = crew.mark + "session"
    let beats: [Beat] = [
      (.anonymous, "public.heartbeat_session(\(session))"),
      (.service, "public.heartbeat_sessions(array[\(session)])"),
      (user, "public.participant_heartbeat(\(room)::bigint, 'one tab')"),
      (user, "public.participant_heartbeat(\(room)::bigint, 'another tab')"),
      (user, "public.hold_heartbeat(\(hold)::bigint)"),
      (.anonymous, "public.record_heartbeat(\(session), '/page')"),
      (user, "public.record_heartbeat(\(session + "-user"), '/page')"),
    ]
    try await crew.call(beats.map { ($0.persona, "select \($0.sql)") })
    return beats
  }

  /// - Returns: the transactions in which they beat.
  private static func beat(_ crew: Crew, _ beats: [Beat]) async throws -> Set<TransactionID> {
    let calls = (0..<rounds).flatMap { _ in
      beats.map { beat -> Beat in
        (beat.persona, "select pg_catalog.pg_current_xact_id()::text from (select \(beat.sql)) as beat")
      }
    }
    let ids = try await crew.call(calls).compactMap { $0.flatMap { UInt64($0) } }
    return Set(ids.map { TransactionID(truncatingIfNeeded: $0) })
  }

  private static func changes(
    of transactions: Set<TransactionID>, before mark: String, in stream: ReplicationStream
  ) async throws -> [Finding] {
    var found: [String: Int] = [:]
    var transaction: TransactionID?
    for try await events in stream {
      for event in events {
        switch event {
        case .begin(let begin): transaction = begin.transaction
        case .change(let change):
          guard let transaction, transactions.contains(transaction) else { continue }
          for relation in change.relations { found[relation.description, default: 0] += 1 }
        case .message(let message) where message.prefix == mark:
          return found.sorted { $0.key < $1.key }.map {
            Finding(
              "\(transactions.count) beats sent \($0.value) changes of \($0.key) through the publication")
          }
        case .message, .commit, .origin: break
        }
      }
    }
    throw Finding("the stream ended before all beats were through")
  }
}
