/// How far a stream has come, and up to where its consumer has everything safe.
///
/// The slot may move on to the last thing that was confirmed. Where all that was handed off is confirmed, it may move on to
/// the end of the log as well: other tables' changes, which this stream never sees, must not hold back the log for ever.
package struct StandbyProgress: Sendable {
  private var received: LSN
  private var confirmed: LSN
  /// The end of the last transaction or message that the consumer got.
  private var handedOff: LSN
  private var isInsideTransaction = false
  private var endOfLog: LSN

  package init(startingAt lsn: LSN = .zero) {
    received = lsn
    confirmed = lsn
    handedOff = lsn
    endOfLog = lsn
  }

  package var status: StandbyStatus { StandbyStatus(received: received, confirmed: confirmed) }

  /// Something stood in the log up to `end` and has been read.
  package mutating func read(to end: LSN) {
    received = max(received, end)
  }

  package mutating func handOff(_ event: StreamEvent) {
    switch event {
    case .begin: isInsideTransaction = true
    case .commit(let commit):
      isInsideTransaction = false
      handedOff = max(handedOff, commit.endLSN)
    case .message(let message) where !message.isTransactional: handedOff = max(handedOff, message.lsn)
    case .message, .origin, .change: break
    }
  }

  /// The server has sent everything that stands in the log before `end`.
  package mutating func keepalive(end: LSN) {
    read(to: end)
    endOfLog = max(endOfLog, end)
    settle()
  }

  /// The consumer has everything up to `lsn` safe. Never goes back, and never beyond what was handed off.
  package mutating func confirm(_ lsn: LSN) {
    confirmed = max(confirmed, min(lsn, handedOff))
    settle()
  }

  private mutating func settle() {
    guard !isInsideTransaction, confirmed >= handedOff else { return }
    confirmed = max(confirmed, endOfLog)
  }
}
