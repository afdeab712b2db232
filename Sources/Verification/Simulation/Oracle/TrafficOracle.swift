/// What seed 004 promises: each session counts once, on its latest page, under its latest persona.
package struct TrafficOracle: Sendable {
  package static let staleAfter = 60

  package struct Live: Sendable, Hashable {
    package var activeUsers = 0
    package var activeSessions = 0
    package var authenticatedSessions = 0
    package var anonymousSessions = 0
    /// At most five, the most read first, equals by path.
    package var topPages: [Page] = []
  }

  package struct Page: Sendable, Hashable {
    package var path: String
    package var count: Int
  }

  /// Where a session is and who is signed in there.
  package struct Visit: Sendable {
    package var user: String?
    package var path: String
  }

  private var visits: [String: (visit: Visit, seen: Int)] = [:]

  package init() {}

  package mutating func view(_ path: String, session: String, user: String?, at now: Int) {
    visits[session] = (Visit(user: user, path: path), now)
  }

  /// What the admins see, with `others` who are fresh too.
  package func live(at now: Int, besides others: [Visit] = []) -> Live {
    let fresh = visits.values.filter { $0.seen > now - Self.staleAfter }.map(\.visit) + others
    let users = fresh.compactMap(\.user)
    let pages = Dictionary(grouping: fresh, by: \.path).map { Page(path: $0.key, count: $0.value.count) }
    return Live(
      activeUsers: Set(users).count, activeSessions: fresh.count, authenticatedSessions: users.count,
      anonymousSessions: fresh.count - users.count,
      topPages: Array(pages.sorted { ($1.count, $0.path) < ($0.count, $1.path) }.prefix(5)))
  }
}
