/// Others who are live in the database while a check counts: their going stale in the middle would change the numbers.
struct Neighbours: Sendable {
  let beats: String
  let staleAfter: String

  static let sessions = Neighbours(beats: "public.active_user_beats", staleAfter: "60 seconds")
  static let holds = Neighbours(beats: "public.button_hold_beats", staleAfter: "10 seconds")

  /// On a database that is somebody's they are left alone, and so the check does not count beside them.
  func reasonToSkip(_ crew: Crew) async throws -> String? {
    guard crew.context.allowance == .named else { return nil }
    let count = try await count(crew)
    return count == 0 ? nil : "\(count) others are live in \(beats), and the numbers would move with them"
  }

  func count(_ crew: Crew) async throws -> Int {
    let count = try await crew.own("select count(*) from \(SQL(raw: beats)) as beat where \(isFresh)")
    return count.flatMap { Int($0) } ?? 0
  }

  /// Puts their last beats a day ahead while the body runs, and back again.
  func keptAlive(_ crew: Crew, _ body: () async throws -> Outcome) async throws -> Outcome {
    guard crew.context.allowance == .throwaway else { return try await body() }
    try await crew.own(
      "update \(SQL(raw: beats)) as beat set seen = seen + interval '1 day' where \(isFresh)")
    let result: Result<Outcome, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    try await crew.own(
      "update \(SQL(raw: beats)) set seen = seen - interval '1 day' where seen > now() + interval '12 hours'")
    return try result.get()
  }

  private var isFresh: SQL { "muster.is_fresh(beat.seen, \(staleAfter)::interval)" }
}
