import PostgresClient

/// Lets the simulation's clock run without waiting for it: the rows of the run grow older instead.
///
/// The server's own clock goes on while the clients act, so that a row's age is the simulated one plus what the run has
/// taken. `align()` takes that out again, to the microsecond: what was written since the last alignment is made to have
/// been written now. In the transaction that aligns, `now()` stands still and all ages are exactly the simulated ones.
struct SimulatedTime: Sendable {
  private struct Column {
    var relation: String
    var column: String
    /// Which rows are the run's.
    var isOwn: String
  }

  private let columns: [Column]
  private var aligned = ""

  init(run: String) {
    let sessions = "session_id like '\(run)-%'"
    let polls = "poll_id in (select id from public.polls where question like '\(run)-%')"
    columns = [
      Column(relation: "public.active_user_beats", column: "seen", isOwn: sessions),
      Column(
        relation: "public.room_participant_beats", column: "seen",
        isOwn: """
          participant_id in (select p.id from public.room_participants p join public.rooms r on r.id = p.room_id \
          where r.name like '\(run)-%')
          """),
      Column(
        relation: "public.room_participant_beats", column: "other_seen",
        isOwn: "other_session_id like '\(run)-%'"),
      Column(
        relation: "public.button_hold_beats", column: "seen",
        isOwn: "hold_id in (select id from public.button_holds where is_active and \(polls))"),
      Column(relation: "public.button_holds", column: "started_at", isOwn: "is_active and \(polls)"),
      Column(relation: "public.live_sessions", column: "seen", isOwn: sessions),
    ]
  }

  /// The statements that make every age exact again and let so many seconds pass; to be followed by ``noteAlignment(_:)``
  /// with the last one's answer.
  func align(passing seconds: Int = 0) -> [Statement] {
    let aging = columns.map { update($0, to: "now() - interval '\(seconds) s' - \(age($0))") }
    return (aligned.isEmpty ? [] : aging) + (seconds > 0 ? [ageCounts(by: seconds)] : []) + [now]
  }

  /// What the counts were computed from is older now, and so is the moment at which they fall.
  func ageCounts(by seconds: Int) -> Statement {
    Statement(
      """
      update muster.live_count_state set refreshed_at = refreshed_at - interval '\(seconds) s', \
      due_at = due_at - interval '\(seconds) s'
      """)
  }

  mutating func noteAlignment(_ now: String) { aligned = now }

  private let now = Statement("select now()::text")

  /// The simulated age: what is younger than the last alignment was written at this simulated second.
  private func age(_ column: Column) -> String {
    "greatest('\(aligned)'::timestamptz - \(column.column), '0')"
  }

  private func update(_ column: Column, to value: String) -> Statement {
    Statement("update \(column.relation) set \(column.column) = \(value) where \(column.isOwn)")
  }
}
