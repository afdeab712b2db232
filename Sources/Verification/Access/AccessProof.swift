import PostgresClient

/// Holds a database to its access table from inside a transaction that is not yet committed, such as a migration's: what the
/// transaction did is there to be probed, for it is the same session, and nothing that the probes do remains.
///
/// What it locks: the scene's rows and what their triggers write, one check at a time, for each check ends with a rollback to its
/// savepoint. Rows that are there already are written blindly only by personas who may not write all of them, and so, where the
/// policies hold, not at all. A sequence that was used stays the transaction's to its end, which only ALTER SEQUENCE waits for. A lock
/// that is not to be had in two seconds ends the proof with an ``Interruption``.
public struct AccessProof: Sendable {
  public var expectations: Expectations
  /// Told of each check as it ends.
  public var report: @Sendable (CheckResult) -> Void

  public init(_ expectations: Expectations, report: @escaping @Sendable (CheckResult) -> Void = { _ in }) {
    self.expectations = expectations
    self.report = report
  }

  /// What was proved, and what was found against it.
  public struct Report: Sendable {
    public var verdict: Verdict
    /// How many cells of the table were tried: a persona and a kind of rows, or a persona and a function.
    public var cells: Int
  }

  /// How many checks there are.
  public var count: Int { AccessChecks(expectations).proof.count }

  /// Probes in the transaction at hand, which goes on afterwards as it was.
  ///
  /// - Throws: ``Interruption``; the transaction has failed then, or its host may try again later.
  public func callAsFunction(_ connection: isolated PostgresConnection) throws -> Report {
    let clock = ContinuousClock()
    let start = clock.now
    var (results, cells): ([CheckResult], Int) = ([], 0)
    for scene in AccessChecks(expectations).proof {
      let began = clock.now
      let played = try Guest.play(on: connection, cast: PersonaFactory(seed: 1), scene.play)
      let result = CheckResult(check: scene.check, outcome: played.outcome, duration: clock.now - began)
      report(result)
      results.append(result)
      cells += played.cells
    }
    return Report(verdict: Verdict(results: results, duration: clock.now - start), cells: cells)
  }
}
