import Benchmarking
import PostgresClient
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

/// What a benchmark says is not tested, since it depends on the machine; that each runs, and notices a contender that does
/// nothing, is.
@Suite(.serialized) struct BenchmarkTests {
  private func withLaboratory<T: Sendable>(
    spoiltBy script: String = "", _ body: (Laboratory) async throws -> T
  ) async throws -> T {
    let cluster = try await TemporaryCluster.shared()
    let settings = try await Installed.database()
    try await TestSupport.script(script, in: settings)
    let laboratory = try await Laboratory(
      settings: settings, pgbench: cluster.binaries.folder + "/pgbench", rounds: 1, seconds: 1, scale: 1_000,
      progress: { _ in })
    let result = try await body(laboratory)
    await laboratory.close()
    return result
  }

  @Test(arguments: ["count", "rooms", "traffic", "cleanup", "messages"])
  func eachRuns(name: String) async throws {
    let benchmark = try #require(Benchmark.all.first { $0.name == name })
    let comparisons = try await withLaboratory { try await $0.run(benchmark) }
    #expect(!comparisons.isEmpty)
    for comparison in comparisons {
      #expect(comparison.contestants.map(\.part).contains(.muster))
      for contestant in comparison.contestants { #expect(contestant.perSecond > 0) }
      for fact in comparison.facts { #expect(fact.isKept, "\(fact)") }
    }
  }

  @Test func runnersRace() async throws {
    let cluster = try await TemporaryCluster.shared()
    func race(muster: String) async throws -> MigrationRace.Result {
      try await MigrationRace(
        server: cluster.settings, muster: muster, psql: cluster.binaries.folder + "/psql", files: 3,
        rounds: 1, slow: false, progress: { _ in }
      ).run("three files")
    }
    let result = try await race(muster: musterPath.string)
    #expect(result.standings.prefix(2).map(\.tool) == ["psql", "muster"])
    #expect(result.standings.allSatisfy { $0.applyMilliseconds > 0 && $0.ratio > 0 })
    #expect(result.standings[0].ratio == 1 && result.standings[0].upToDateMilliseconds == nil)
    #expect(result.standings[1].upToDateMilliseconds ?? 0 > 0)
    #expect(result.facts.map(\.name).contains("3 files"))
    // One that does nothing is not the fastest.
    let error = try await #require(throws: BenchmarkError.self) { try await race(muster: "/bin/true") }
    #expect("\(error)".contains("made 0 tables of 3"))
  }

  @Test func aBeatThatChangesNothingIsNoResult() async throws {
    let benchmark = try #require(Benchmark.all.first { $0.name == "heartbeat" })
    _ = try await #require(throws: BenchmarkError.self) {
      try await withLaboratory(
        spoiltBy: """
          create or replace function public.heartbeat_session(session_id text) returns void language sql as 'select'
          """
      ) { try await $0.run(benchmark) }
    }
  }
}
