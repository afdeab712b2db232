import Benchmarking
import PostgresClient
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
