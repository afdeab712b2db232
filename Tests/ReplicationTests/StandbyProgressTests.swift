import PostgresClient
import Replication
import Testing

@Suite("Standby progress") struct StandbyProgressTests {
  private var progress = StandbyProgress()

  @Test mutating func `nothing is confirmed by reading it`() {
    progress.read(to: 100)
    transaction(endingAt: 100)
    #expect(progress.status == .init(received: 100, confirmed: 0))
    progress.confirm(100)
    #expect(progress.status == .init(received: 100, confirmed: 100))
  }

  @Test mutating func `an idle stream follows the log`() {
    progress.keepalive(end: 500)
    #expect(progress.status == .init(received: 500, confirmed: 500))
  }

  @Test mutating func `the end of the log waits for what was handed off before it`() {
    transaction(endingAt: 100)
    transaction(endingAt: 200)
    progress.keepalive(end: 500)
    #expect(progress.status.confirmed == 0)
    progress.confirm(100)
    #expect(progress.status.confirmed == 100)
    progress.confirm(200)
    #expect(progress.status.confirmed == 500)
  }

  @Test mutating func `the end of the log is not confirmed in the middle of a transaction`() {
    progress.handOff(.begin(.init(commitLSN: 90, commitTime: .init(microseconds: 0), transaction: 1)))
    progress.keepalive(end: 500)
    #expect(progress.status.confirmed == 0)
    progress.handOff(.commit(.init(commitLSN: 90, endLSN: 600, commitTime: .init(microseconds: 0))))
    progress.confirm(600)
    #expect(progress.status.confirmed == 600)
  }

  @Test mutating func `a confirmation never goes back, nor beyond what was handed off`() {
    transaction(endingAt: 100)
    progress.confirm(1_000)
    #expect(progress.status.confirmed == 100)
    progress.confirm(50)
    #expect(progress.status.confirmed == 100)
  }

  @Test mutating func `a message outside any transaction waits for its confirmation too`() {
    progress.handOff(
      .message(LogicalMessage(isTransactional: false, lsn: 300, prefix: "p", content: [])))
    progress.keepalive(end: 400)
    #expect(progress.status.confirmed == 0)
    progress.confirm(300)
    #expect(progress.status.confirmed == 400)
  }

  private mutating func transaction(endingAt end: LSN) {
    progress.handOff(.begin(.init(commitLSN: end, commitTime: .init(microseconds: 0), transaction: 1)))
    progress.handOff(.commit(.init(commitLSN: end, endLSN: end, commitTime: .init(microseconds: 0))))
  }
}

extension LSN: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) { self.init(rawValue: value) }
}
