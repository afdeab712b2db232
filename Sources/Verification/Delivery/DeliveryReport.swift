import Histogram

/// What the subscribers of a check went through.
package struct DeliveryReport: Sendable {
  /// What "within a second" allows, from the call to the last subscriber's right answer.
  package static let limit = Duration.seconds(1)
  private static let mostNoted = 10

  package var subscribers = 0
  package var identities = 0
  package var rounds = 0
  package var changes = 0
  package var readings = 0
  package var latencies = Latencies()
  private var misses = Faults()
  private var leaks = Faults()

  private struct Faults: Sendable {
    var count = 0
    var first: [String] = []
  }

  package init() {}

  package mutating func note(miss: String) { Self.note(miss, &misses) }
  package mutating func note(leak: String) { Self.note(leak, &leaks) }

  private static func note(_ text: String, _ faults: inout Faults) {
    faults.count += 1
    if faults.first.count < mostNoted { faults.first.append(text) }
  }

  package var findings: [Finding] {
    var findings: [Finding] = []
    if leaks.count > 0 {
      findings.append(
        Finding("\(leaks.count) answers showed what their readers may not see", detail: Self.list(leaks)))
    }
    if misses.count > 0 {
      findings.append(Finding("\(misses.count) subscribers missed a change", detail: Self.list(misses)))
    }
    if latencies.count > 0, latencies.max > Self.limit {
      findings.append(
        Finding("the slowest subscriber was told after \(latencies.max.inMilliseconds)", detail: figure))
    }
    if latencies.count == 0, findings.isEmpty {
      findings.append(Finding("no subscriber was told of anything, so nothing was tested"))
    }
    return findings
  }

  private static func list(_ faults: Faults) -> String {
    let more = faults.count - faults.first.count
    return (faults.first + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
  }

  /// `1,000 subscribers, 9 changes: p50 212 ms, p95 480 ms, p99 610 ms, max 700 ms`
  package var figure: String {
    "\(subscribers.grouped) subscribers of \(identities.grouped) identities, \(rounds) changes: \(latencies.figure)"
  }

  package var outcome: Outcome { Outcome(findings: findings, figure: figure) }
}

/// Latencies in microseconds, up to a minute, to three digits.
package struct Latencies: Sendable {
  private static let most: UInt64 = 60_000_000
  private var histogram = Histogram<UInt64>(
    highestTrackableValue: most, numberOfSignificantValueDigits: .three)

  package init() {}

  package mutating func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let microseconds = Swift.max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    histogram.record(min(UInt64(microseconds), Self.most))
  }

  package var count: UInt64 { histogram.totalCount }
  package var max: Duration { .microseconds(histogram.maxRecorded) }

  package func percentile(_ percent: Double) -> Duration {
    .microseconds(histogram.valueAtPercentile(percent))
  }

  /// `p50 212 ms, p95 480 ms, p99 610 ms, max 700 ms`
  package var figure: String {
    let shown = [50.0, 95, 99].map { "p\(Int($0)) \(percentile($0).inMilliseconds)" }
    return (shown + ["max \(max.inMilliseconds)"]).joined(separator: ", ")
  }
}

extension Duration {
  var inMilliseconds: String {
    let (seconds, attoseconds) = components
    return "\(seconds * 1_000 + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000) ms"
  }
}

extension Int {
  /// With a comma before every third digit.
  var grouped: String {
    var text = ""
    for (place, digit) in String(magnitude).reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}
