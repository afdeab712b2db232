import Migrations
import Testing

@Suite struct RetriesTests {
  private let start = ContinuousClock.now

  @Test func `pauses grow, are never the same for two, and end when the time is up`() throws {
    var (retries, others) = (Retries(limit: .seconds(300)), Retries(limit: .seconds(300)))
    var (now, pauses, differing) = (start, [Duration](), 0)
    while let pause = retries.pause(behindAttemptFrom: now, to: now + .seconds(2)) {
      if others.pause(behindAttemptFrom: now, to: now + .seconds(2)) != pause { differing += 1 }
      pauses.append(pause)
      now += .seconds(2) + pause
    }
    #expect(pauses[0] >= .milliseconds(125) && pauses[0] <= .milliseconds(250))
    #expect(pauses.allSatisfy { $0 <= .seconds(8) } && pauses.contains { $0 > .seconds(3) })
    #expect(differing > pauses.count / 2)
    #expect(retries.count == pauses.count + 1)
    #expect(retries.waited >= .seconds(300) && retries.waited <= .seconds(312))
  }

  @Test func `work that gets on between two failures is not counted as waiting`() {
    var retries = Retries(limit: .seconds(300))
    for hour in 0..<5 {
      let begun = start + .seconds(3600 * hour)
      #expect(
        retries.pause(behindAttemptFrom: begun, to: begun + .seconds(3500)) ?? .zero <= .milliseconds(250))
    }
    #expect(retries.waited == .zero)
  }
}
