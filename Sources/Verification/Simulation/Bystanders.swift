import PostgresClient

/// Other people's live rows in a database in which nobody else is at work, such as seeded ones: they are on the screens too,
/// and go stale as the clock on the wall goes on.
///
/// They are counted here by the plainest SQL there is, apart from the product's own.
struct Bystanders: Sendable {
  var sessions = 0
  var holds = 0
  var visits: [TrafficOracle.Visit] = []

  /// To be asked in the transaction of the questions, in which `now()` stands still.
  static func statements(besides run: String) -> [Statement] {
    [
      Statement(
        """
        select count(*) from public.active_user_beats \
        where session_id not like '\(run)-%' and seen > now() - interval '\(ActiveUsersOracle.staleAfter) s'
        """),
      Statement(
        """
        select count(*) from public.button_holds as hold join public.button_hold_beats as beat on beat.hold_id = hold.id \
        where hold.is_active and beat.seen > now() - interval '\(PollsOracle.staleAfter) s' \
        and hold.poll_id not in (select id from public.polls where question like '\(run)-%')
        """),
      Statement(
        """
        select user_id, page_path from public.live_sessions \
        where session_id not like '\(run)-%' and seen > now() - interval '\(TrafficOracle.staleAfter) s'
        """),
    ]
  }

  init() {}

  /// - Parameter answers: What ``statements(besides:)`` returned.
  /// - Throws: `PostgresError`
  init(_ answers: some Collection<Rows>) throws {
    let answers = Array(answers)
    sessions = try answers[0].scalar()
    holds = try answers[1].scalar()
    visits = try answers[2].map { row in
      TrafficOracle.Visit(user: row[0], path: try row.decode(String.self, at: 1))
    }
  }

  /// How many rows of others a sweep must take along.
  static func stale(in sweep: Sweep, besides run: String) -> Statement {
    switch sweep {
    case .activeUsers:
      Statement(
        """
        select count(*) from public.active_user_beats \
        where session_id not like '\(run)-%' and seen <= now() - interval '\(ActiveUsersOracle.staleAfter) s'
        """)
    case .participants:
      Statement(
        """
        select count(*) from public.room_participants as participant \
        join public.room_participant_beats as beat on beat.participant_id = participant.id \
        where participant.left_at is null and beat.seen <= now() - interval '\(RoomsOracle.staleAfter) s' \
        and participant.room_id not in (select id from public.rooms where name like '\(run)-%')
        """)
    case .holds:
      Statement(
        """
        select count(*) from public.button_holds as hold join public.button_hold_beats as beat on beat.hold_id = hold.id \
        where hold.is_active and beat.seen <= now() - interval '\(PollsOracle.staleAfter) s' \
        and hold.poll_id not in (select id from public.polls where question like '\(run)-%')
        """)
    }
  }

  /// Why the simulation cannot run on a database that is in use, or nil where nobody else is live: who comes and goes
  /// meanwhile would be on the screens, and no oracle knows of him.
  static func reasonToStayAway(of connection: PostgresConnection) async throws -> String? {
    let live = try await connection.run { connection in
      try connection.query(
        """
        select (select count(*) from public.active_users) + (select count(*) from public.live_sessions)
          + (select count(*) from public.button_holds where is_active)
        """
      ).scalar(Int.self)
    }
    return live == 0 ? nil : "\(live) sessions of others are live in this database; simulate where nobody is"
  }
}
