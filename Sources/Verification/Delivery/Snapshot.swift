import Replication

/// Which transactions a query saw, as `pg_current_snapshot()` tells it.
///
/// A commit reaches the replication stream a moment before it becomes visible to others, so a client that reads again the
/// instant it hears of a change may still find the old state. The snapshot says whether that happened.
package struct Snapshot: Sendable, Hashable {
  private let xmax: UInt64
  private let inProgress: Set<UInt64>

  /// - Parameter text: `xmin:xmax:xip,xip…`
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, UInt64(parts[0]) != nil, let xmax = UInt64(parts[1]) else { return nil }
    self.xmax = xmax
    var inProgress: Set<UInt64> = []
    for id in parts[2].split(separator: ",") {
      guard let id = UInt64(id) else { return nil }
      inProgress.insert(id)
    }
    self.inProgress = inProgress
  }

  /// Whether the query saw what this transaction did, given that it has committed. The stream knows the low half of
  /// the number only; the high half is that of the number nearest to the snapshot.
  package func sees(_ transaction: TransactionID) -> Bool {
    let distance = Int32(bitPattern: transaction &- UInt32(truncatingIfNeeded: xmax))
    guard distance < 0 else { return false }
    return !inProgress.contains(xmax &- UInt64(distance.magnitude))
  }
}
