import Verification

extension Suite {
  /// What fits into half a minute: nothing that waits for the clock, and one crowd of simulated clients a feature.
  var forDemonstration: Suite {
    var crowded: Set<String> = []
    return Suite(
      checks.filter { check in
        guard check.tags.isDisjoint(with: [.slow, .background]) else { return false }
        return !check.tags.contains(.simulation) || crowded.insert(check.feature).inserted
      })
  }
}
