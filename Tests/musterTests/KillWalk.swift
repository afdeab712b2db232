import Catalog
import Foundation
import PostgresClient
import Synchronization
import TemporaryCluster
import TestSupport
import Testing

/// A command that is killed, or whose server process is, at every message that it sends, and is run again.
struct KillWalk: Sendable {
  /// What is run, below `muster`.
  let command: [String]
  /// What is run behind the kill, given what the killed run printed; the same again where it is not said.
  var rerun: (@Sendable (ToolResult) throws -> [String])?
  /// The working directory.
  let folder: Folder
  /// Selects one text of what the comparison of catalogs leaves out: data, what is half done.
  let remains: String
  /// Whether it is at work in one session after another, rather than in the first.
  var hasSessions = false
  /// At each how manieth message something is killed.
  var stride = 1
  /// Makes a database what it is to be before the command, whatever was in it.
  let prepare: @Sendable (ConnectionSettings) async throws -> Void

  /// Walks, and returns how many messages the command sends where nothing disturbs it.
  func callAsFunction() async throws -> Int {
    let cluster = try await TemporaryCluster.shared()
    let undisturbed = try await cluster.createDatabase()
    try await prepare(undisturbed)
    let proxy = try KillingProxy(before: undisturbed, countingAll: hasSessions)
    let result = try await run(command, proxy.settings)
    #expect(result.status == 0, "\(result.errors)")
    let messages = proxy.messages
    proxy.close()
    let expected = try await fingerprint(undisturbed)

    let killer = try await PostgresConnection.connect(cluster.settings)
    let queue = Queue((1...messages).flatMap(deeds))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...4 {
        group.addTask {
          let database = try await cluster.createDatabase()
          while let deed = queue.next() {
            try await prepare(database)
            try await suffer(deed, database, killer, expected)
          }
        }
      }
      try await group.waitForAll()
    }
    return messages
  }

  private func run(_ command: [String], _ database: ConnectionSettings) async throws -> ToolResult {
    try await muster(with: command, environment: ["DATABASE_URL": database.conninfo], folder: folder.path)
  }

  /// The client or the server, ahead of the message or behind it, in turns; all four at each with MUSTER_KILL_WALK=whole.
  private func deeds(at message: Int) -> [KillingProxy.Deed] {
    let all = KillingProxy.Deed.Victim.allCases.flatMap { victim in
      [false, true].map { KillingProxy.Deed(message: message, victim: victim, passesOn: $0) }
    }
    let isWhole = ProcessInfo.processInfo.environment["MUSTER_KILL_WALK"] == "whole"
    if isWhole { return all }
    return message % stride == 0 ? [all[message / stride % all.count]] : []
  }

  private final class Queue: Sendable {
    private let deeds: Mutex<ArraySlice<KillingProxy.Deed>>

    init(_ deeds: [KillingProxy.Deed]) { self.deeds = Mutex(deeds[...]) }

    func next() -> KillingProxy.Deed? { deeds.withLock { $0.popFirst() } }
  }

  private func suffer(
    _ deed: KillingProxy.Deed, _ database: ConnectionSettings, _ killer: PostgresConnection,
    _ expected: String
  ) async throws {
    let proxy = try KillingProxy(before: database, deed, countingAll: hasSessions) { backend in
      let isGone = DispatchSemaphore(value: 0)
      Task {
        _ = try? await killer.run { try $0.query("select pg_terminate_backend(\(backend), 10000)") }
        isGone.signal()
      }
      isGone.wait()
    }
    let killed = try await run(command, proxy.settings)
    proxy.close()
    // A look at who is in the way comes and goes, and counts where all sessions do.
    if hasSessions, !proxy.isDone { return }
    #expect(deed.victim == .server || killed.status == 137, "\(deed): \(killed)")
    let rerun = try await run(try rerun?(killed) ?? command, database)
    #expect(rerun.status == 0, "\(deed): \(rerun.errors)\nbefore that: \(killed.errors)")
    let found = try await fingerprint(database)
    #expect(found == expected, "\(deed): \(difference(found, expected))\n\(rerun.errors)")
  }

  // MARK: Comparing

  /// Whatever tells two databases apart that should be the same, a line each.
  private func fingerprint(_ database: ConnectionSettings) async throws -> String {
    let connection = try await PostgresConnection.connect(database)
    return try await connection.run { connection in
      defer { connection.close() }
      let schema = try Catalog.read(connection).fingerprint
      let data = try connection.query(remains).first?[0]
      let own = try connection.query(Self.own).first?[0]
      return "schema \(schema)\n" + (data ?? "") + "\n" + (own ?? "")
    }
  }

  /// The runner's own tables.
  private static let own = """
    select string_agg(line, e'\\n' order by line) from (
      select format('migration %s %s %s %s', scope, version, kind, checksum) as line from muster.migration
      union all select format('object %s %s %s %s', scope, path, checksum, objects) from muster.migration_object
      union all select 'journal ' || j::text from muster.migration_journal j
    ) lines
    """

  private func difference(_ found: String, _ expected: String) -> String {
    let (new, old) = (lines(found), lines(expected))
    return (new.subtracting(old).map { "+ \($0)" } + old.subtracting(new).map { "- \($0)" }).joined(
      separator: "\n")
  }

  private func lines(_ text: String) -> Set<Substring> { Set(text.split(separator: "\n")) }
}
