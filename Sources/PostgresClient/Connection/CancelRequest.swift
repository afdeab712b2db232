internal import CLibPQ
internal import Synchronization

/// A cancellation on its own thread: libpq makes a connection for it and may wait long for a host that is gone.
final class CancelRequest: Sendable {
  private let done = Atomic(false)
  var isDone: Bool { done.load(ordering: .acquiring) }

  init?(of handle: OpaquePointer, waking wakeup: Wakeup) {
    guard let cancel = PQgetCancel(handle) else { return nil }
    nonisolated(unsafe) let request = cancel  // given to the thread, which frees it
    let isStarted = startThread {
      var complaint = [CChar](repeating: 0, count: 256)
      PQcancel(request, &complaint, Int32(complaint.count))
      PQfreeCancel(request)
      self.done.store(true, ordering: .releasing)
      wakeup.signal()
    }
    guard isStarted else {
      PQfreeCancel(cancel)
      return nil
    }
  }
}
