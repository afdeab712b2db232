/// An ordered collection of checks: what `verify` runs and what `--list` prints.
public struct Suite: Sendable {
  public var checks: [Check]

  public init(_ checks: [Check]) { self.checks = checks }

  /// The checks whose name fits one of the patterns: `rooms`, `rooms.*`, `*.stale-*`, `rooms.teacher-is-not-counted`.
  /// `*` stands for anything; a pattern without one also fits the feature of that name.
  public func only(_ patterns: [String]) -> Suite {
    patterns.isEmpty
      ? self
      : Suite(checks.filter { check in patterns.contains { Self.fits(check.name, pattern: $0) } })
  }

  /// Without the checks that a person would not wait for.
  public var withoutSlow: Suite { Suite(checks.filter { !$0.tags.contains(.slow) }) }

  static func fits(_ name: String, pattern: String) -> Bool {
    if name == pattern || name.hasPrefix(pattern + ".") { return true }
    return Glob(pattern).matches(name)
  }
}

/// A pattern in which `*` stands for any characters, none included.
struct Glob: Sendable, Hashable {
  let parts: [Substring]

  init(_ pattern: String) { parts = pattern.split(separator: "*", omittingEmptySubsequences: false) }

  var isLiteral: Bool { parts.count == 1 }

  func matches(_ text: String) -> Bool {
    guard let first = parts.first, text.hasPrefix(first) else { return false }
    guard parts.count > 1, let last = parts.last else { return text.count == first.count }
    var rest = text.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = Self.find(part, in: rest) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= last.count && rest.hasSuffix(last)
  }

  private static func find(_ part: Substring, in text: Substring) -> Range<Substring.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(part) { return start..<text.index(start, offsetBy: part.count) }
      start = text.index(after: start)
    }
    return nil
  }
}

extension Suite {
  /// Everything that `verify` knows to check.
  public static func complete(expectations: Expectations) -> Suite {
    Suite(
      features + SimulationChecks.all + DeliveryChecks.all
        + AccessChecks(expectations).checks + CatalogChecks(expectations).checks
    ).byFeature
  }

  /// The checks of a feature beside each other, in the order in which the features first come.
  private var byFeature: Suite {
    var order: [String] = []
    for check in checks where !order.contains(check.feature) { order.append(check.feature) }
    return Suite(order.flatMap { feature in checks.filter { $0.feature == feature } })
  }

  /// What the papers promise, in their order, and then what holds for all live relations.
  private static var features: [Check] {
    ActiveUsers.checks + Rooms.checks + Polls.checks + Chat.checks + Traffic.checks + Identity.checks
      + Staleness.checks + Races.checks + Crowds.checks + Jobs.checks
  }
}
