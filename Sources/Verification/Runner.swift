import PostgresClient

/// Runs a suite: checks that roll back everything side by side, the others one after another, and those that
/// mostly wait beside them all.
public struct Runner: Sendable {
  public var context: CheckContext
  /// How many checks run at once. On a named database it is one after the other: there they would meet on rows that
  /// others can see, and their blind writes might wait for each other in a circle.
  public var width: Int
  /// Told of each result as it comes, in the order of finishing.
  public var report: @Sendable (CheckResult) -> Void

  public init(
    context: CheckContext, width: Int? = nil, report: @escaping @Sendable (CheckResult) -> Void = { _ in }
  ) {
    self.context = context
    self.width = width ?? (context.allowance == .throwaway ? 4 : 1)
    self.report = report
  }

  /// The results in the order of the suite.
  ///
  /// - Throws: `PostgresError` where the database cannot be asked at all, and `CancellationError`.
  public func run(_ suite: Suite) async throws -> Verdict {
    let clock = ContinuousClock()
    let start = clock.now
    let present = try await Presence.of(suite.checks.flatMap(\.requires), in: context)
    let numbered = Array(suite.checks.enumerated())
    let background = numbered.filter { $0.element.tags.contains(.background) }
    let alone = numbered.filter { $0.element.tags.contains(.alone) && !$0.element.tags.contains(.background) }
    let shared = numbered.filter { $0.element.tags.isDisjoint(with: [.background, .alone]) }

    async let waited = results(of: background, width: max(1, background.count), present: present)
    var results = try await results(of: shared, width: width, present: present)
    try await results += self.results(of: alone, width: 1, present: present)
    try await results += waited
    return Verdict(
      results: results.sorted { $0.offset < $1.offset }.map(\.element), duration: clock.now - start)
  }

  private typealias Numbered<T> = (offset: Int, element: T)

  private func results(
    of checks: [Numbered<Check>], width: Int, present: Presence
  ) async throws -> [Numbered<CheckResult>] {
    try await withThrowingTaskGroup(of: Numbered<CheckResult>.self) { group in
      var waiting = checks[...]
      func startNext() {
        guard let next = waiting.popFirst() else { return }
        group.addTask { (next.offset, try await result(of: next.element, present: present)) }
      }
      for _ in 0..<width { startNext() }
      var results: [Numbered<CheckResult>] = []
      while let result = try await group.next() {
        report(result.element)
        results.append(result)
        startNext()
      }
      return results
    }
  }

  private func result(of check: Check, present: Presence) async throws -> CheckResult {
    try Task.checkCancellation()
    let clock = ContinuousClock()
    let start = clock.now
    let outcome: Outcome
    if let reason = reasonToSkip(check, present: present) {
      outcome = .skipped(reason)
    } else {
      do {
        outcome = try await check.run(context)
      } catch let error as CancellationError {
        throw error
      } catch let skip as Skip {
        outcome = .skipped(skip.reason)
      } catch let finding as Finding {
        outcome = .failed([finding])
      } catch {
        try Task.checkCancellation()
        outcome = .failed([Finding("the check could not be carried out", detail: "\(error)")])
      }
    }
    return CheckResult(check: check, outcome: outcome, duration: clock.now - start)
  }

  private func reasonToSkip(_ check: Check, present: Presence) -> String? {
    let missing = check.requires.filter { !present.names.contains($0) }
    if !missing.isEmpty { return "not in this database: " + missing.joined(separator: ", ") }
    guard context.allowance == .named else { return nil }
    if check.tags.contains(.simulation) {
      return context.clients == nil ? "simulated clients write rows: ask for them with --clients" : nil
    }
    if check.tags.contains(.commits) { return "it commits rows: only on a throw-away cluster" }
    return nil
  }
}

/// Which of the relations and functions that checks ask for are there.
struct Presence: Sendable {
  var names: Set<String>

  static func of(_ names: [String], in context: CheckContext) async throws -> Presence {
    let wanted = Set(names).sorted()
    let connection = try await context.connect()
    let rows = try await connection.run { connection in
      try connection.query(
        """
        select wanted.name
        from unnest($1::text[]) as wanted (name)
        where to_regclass(wanted.name) is not null
           or exists (
             select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
             where n.nspname || '.' || p.proname = wanted.name)
        """, [wanted])
    }
    await connection.close()
    return Presence(names: Set(rows.compactMap { $0[0] }))
  }
}
