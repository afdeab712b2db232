import Foundation
import PostgresClient
import Subprocess
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster tick")
struct TickTests {
  @Test("runs what is due once and says so")
  func once() async throws {
    let database = try await installed(in: .shared())
    try await script(
      "select muster.schedule('note', '1 seconds', 'insert into notes default values')", in: database)
    try await script("update muster.job set next_run_at = now() - interval '1 s'", in: database)
    let result = try await muster("tick", environment: ["DATABASE_URL": database.conninfo])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("1 jobs run"))
    #expect(try await value("select count(*)::text from notes", in: database) == "1")
  }

  @Test("goes on after the server crashed, and ends in good order when told to")
  func watching() async throws {
    let cluster = try await TemporaryCluster.start()
    let database = try await installed(in: cluster)
    try await script(
      "select muster.schedule('note', '1 seconds', 'insert into notes default values')", in: database)
    let result = try await run(
      .path(musterPath), arguments: ["tick", "--watch"],
      environment: .custom(plain(["DATABASE_URL": database.conninfo])),
      input: .none, output: .discarded, error: .sequence
    ) { execution in
      try await eventually { try await notes(in: database) > 0 }
      try await cluster.crash()
      let before = try await notes(in: database)
      try await eventually { try await notes(in: database) > before }
      try execution.send(signal: .terminate)
      return try await execution.standardError.strings().reduce(into: "") { $0 += $1 + "\n" }
    }
    #expect(result.terminationStatus == .exited(143))
    #expect(result.closureResult.contains("trying again"))
    #expect(result.closureResult.contains("connected again"))
    await cluster.stop()
  }

  /// A database with the extension as a plain script, and a table for a job to write to.
  private func installed(in cluster: TemporaryCluster) async throws -> ConnectionSettings {
    let database = try await cluster.createDatabase()
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../sql/muster--1.0.sql")
    try await script(String(contentsOf: source, encoding: .utf8), in: database)
    try await script("create table notes (at timestamptz default now())", in: database)
    return database
  }

  private func notes(in database: ConnectionSettings) async throws -> Int {
    try await Int(value("select count(*)::text from notes", in: database) ?? "") ?? 0
  }
}
